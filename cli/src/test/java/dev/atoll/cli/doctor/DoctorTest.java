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
}
