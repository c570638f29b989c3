/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor on hosts that are made up. */
class DoctorTest {
  @TempDir Path root;
  private Map<String, String> environment = Map.of();
  private final FaultPlan faults = new FaultPlan();

  private Host host() {
    return new Host(
        FaultyPosix.wrap(Posix.system(), faults),
        root,
        environment,
        new DeviceDirectory(root.resolve("device")),
        null);
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Finding named(List<Finding> findings, String name) {
    return findings.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private void limits(String openFiles, String fileSize) throws IOException {
    write(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max file size             %s            unlimited            bytes
        Max open files            %s                 524288               files
        Max locked memory         8388608              8388608              bytes
        Max address space         unlimited            unlimited            bytes
        """
            .formatted(fileSize, openFiles));
  }

  @Test
  void fewDescriptorsAreAWarningAndHardlyAnyAFailure() throws IOException {
    limits("524288", "unlimited");
    assertThat(named(new LimitChecks(host()).findings(), "open-files").level())
        .isEqualTo(Finding.Level.OK);
    limits("1024", "unlimited");
    Finding few = named(new LimitChecks(host()).findings(), "open-files");
    assertThat(few.level()).isEqualTo(Finding.Level.WARN);
    assertThat(few.value()).isEqualTo("1024");
    assertThat(few.advice()).contains("ulimit -n");
    limits("64", "unlimited");
    assertThat(named(new LimitChecks(host()).findings(), "open-files").level())
        .isEqualTo(Finding.Level.FAIL);
  }

  @Test
  void aLimitOfFileSizeIsAWarning() throws IOException {
    limits("524288", "1048576");
    assertThat(named(new LimitChecks(host()).findings(), "file-size"))
        .returns(Finding.Level.WARN, Finding::level)
        .returns("1048576", Finding::value);
  }

  @Test
  void fewMappingsAreAWarning() throws IOException {
    write("proc/sys/vm/max_map_count", "1000\n");
    assertThat(named(new LimitChecks(host()).findings(), "max-map-count").level())
        .isEqualTo(Finding.Level.WARN);
  }

  @Test
  void aHostWithoutProcIsNotAMistake() {
    assertThat(new LimitChecks(host()).findings())
        .allSatisfy(each -> assertThat(each.level()).isEqualTo(Finding.Level.OK));
  }

  @Test
  void aControlGroupThatIsAlmostFullIsAFailureWithItsNumbers() throws IOException {
    write("proc/self/cgroup", "0::/box\n");
    write("sys/fs/cgroup/box/memory.max", "104857600\n");
    write("sys/fs/cgroup/box/memory.current", "104000000\n");
    Finding full = named(new SpaceChecks(host()).findings(), "memory");
    assertThat(full.level()).isEqualTo(Finding.Level.FAIL);
    assertThat(full.value()).contains("104857600", "104000000");
    write("sys/fs/cgroup/box/memory.current", "4857600\n");
    assertThat(named(new SpaceChecks(host()).findings(), "memory").level())
        .isEqualTo(Finding.Level.WARN);
  }

  @Test
  void whatTheKernelRefusesIsNamed() {
    faults.fail("memfd", Errno.EMFILE, visit -> true);
    faults.fail("membarrier", Errno.ENOSYS, visit -> true);
    faults.fail("madvise", Errno.EINVAL, visit -> true);
    List<Finding> findings = new KernelChecks(host()).findings();
    assertThat(named(findings, "memfd-seals-locks").level()).isEqualTo(Finding.Level.FAIL);
    assertThat(named(findings, "memfd-seals-locks").value()).contains("EMFILE");
    assertThat(named(findings, "membarrier").level()).isEqualTo(Finding.Level.WARN);
    assertThat(named(findings, "populate").level()).isEqualTo(Finding.Level.WARN);
  }

  @Test
  void aReadOnlyMountIsAFailure() throws IOException {
    write(
        "proc/self/mountinfo",
        "1 0 8:1 / / rw,relatime - ext4 /dev/sda rw\n2 1 0:5 / "
            + root
            + " ro,noexec - tmpfs x ro\n");
    assertThat(named(new DirectoryChecks(host()).findings(), "mount"))
        .returns(Finding.Level.FAIL, Finding::level)
        .returns(root + " ro,noexec", Finding::value);
    write("proc/self/mountinfo", "1 0 8:1 / / rw,relatime - ext4 /dev/sda rw\n");
    assertThat(named(new DirectoryChecks(host()).findings(), "mount").level())
        .isEqualTo(Finding.Level.OK);
  }

  @Test
  void aRuntimeDirectoryMustExistAndBePrivate() throws IOException {
    environment = Map.of("XDG_RUNTIME_DIR", root.resolve("none").toString());
    assertThat(named(new DirectoryChecks(host()).findings(), "runtime-directory").level())
        .isEqualTo(Finding.Level.FAIL);
    Path shared = Files.createDirectory(root.resolve("shared"));
    Files.setPosixFilePermissions(
        shared, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    environment = Map.of("XDG_RUNTIME_DIR", shared.toString());
    assertThat(named(new DirectoryChecks(host()).findings(), "runtime-directory").level())
        .isEqualTo(Finding.Level.WARN);
  }

  @Test
  void oneProcessorIsAWarning() throws IOException {
    write("proc/cpuinfo", "processor : 0\nflags : fpu clflush clwb fpu\n");
    assertThat(named(new ProcessorChecks(host(), 1).findings(), "processors").level())
        .isEqualTo(Finding.Level.WARN);
    assertThat(named(new ProcessorChecks(host(), 2).findings(), "processors").level())
        .isEqualTo(Finding.Level.OK);
  }

  @Test
  void refusedNativeAccessSaysWhichFlagAllowsIt() {
    Finding finding = RuntimeChecks.unreachable(new UnsupportedOperationException("no"));
    assertThat(finding.level()).isEqualTo(Finding.Level.FAIL);
    assertThat(finding.advice()).contains("--enable-native-access");
  }

  private Finding network(String name) {
    return named(new NetworkChecks(host()).findings(), name);
  }

  private static String listener(String address, int port) {
    return "   0: "
        + address
        + ":"
        + String.format(java.util.Locale.ROOT, "%04X", port)
        + " 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 17 1 0 100 0 0 10 0\n";
  }

  @Test
  void aPortThatIsHeldEverywhereIsAWarningAndAtOneAddressIsNot() throws IOException {
    assertThat(network("lnet-port-plain").value()).isEqualTo("TCP 9988 is free");

    write("proc/net/tcp", "  sl  local_address rem_address   st\n" + listener("0200007F", 9988));
    assertThat(network("lnet-port-plain"))
        .isEqualTo(Finding.ok("lnet-port-plain", "TCP 9988 is held at 127.0.0.2"));
    assertThat(network("lnet-port-lustre").level()).isEqualTo(Finding.Level.OK);

    write("proc/net/tcp6", listener("0".repeat(32), 988));
    Finding held = network("lnet-port-lustre");
    assertThat(held.level()).isEqualTo(Finding.Level.WARN);
    assertThat(held.value()).contains("988", "every address");
    assertThat(held.advice()).contains("ss -ltnp");
  }

  @Test
  void lustreModeNeedsTheCapabilityOrTheSetting() throws IOException {
    write("proc/self/status", "CapPrm:\t00000400\nCapEff:\t0000000000000000\n");
    write("proc/sys/net/ipv4/ip_unprivileged_port_start", "1024\n");
    Finding none = network("lnet-privilege");
    assertThat(none.level()).isEqualTo(Finding.Level.WARN);
    assertThat(none.advice()).contains("plain mode works", "net_bind_service", "=512");

    write("proc/self/status", "CapEff:\t0000000000000400\n");
    assertThat(network("lnet-privilege").level()).isEqualTo(Finding.Level.OK);

    write("proc/self/status", "CapEff:\t0000000000000000\n");
    write("proc/sys/net/ipv4/ip_unprivileged_port_start", "512\n");
    assertThat(network("lnet-privilege").level()).isEqualTo(Finding.Level.OK);
  }

  @Test
  void theKernelsOwnLnetIsAWarning() throws IOException {
    assertThat(network("lnet-kernel").level()).isEqualTo(Finding.Level.OK);
    write("sys/module/ksocklnd/refcnt", "1\n");
    write("sys/kernel/debug/lnet/peers", "");
    Finding loaded = network("lnet-kernel");
    assertThat(loaded.level()).isEqualTo(Finding.Level.WARN);
    assertThat(loaded.value()).contains("/sys/module/ksocklnd", "/sys/kernel/debug/lnet");
    assertThat(loaded.advice()).contains("an address of its own");
  }

  @Test
  void aFirewallWithTablesIsAWarningWithThePorts() throws IOException {
    assertThat(network("lnet-firewall").level()).isEqualTo(Finding.Level.OK);
    write("sys/module/nf_tables/refcnt", "1\n");
    assertThat(network("lnet-firewall").level()).isEqualTo(Finding.Level.OK);
    assertThat(network("lnet-firewall").value()).contains("9988", "988");
    write("proc/net/ip_tables_names", "filter\n");
    Finding tables = network("lnet-firewall");
    assertThat(tables.level()).isEqualTo(Finding.Level.WARN);
    assertThat(tables.advice()).contains("TCP 9988");
  }
}
