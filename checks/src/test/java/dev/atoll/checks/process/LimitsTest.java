/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.atoll.NodeDaemon;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes that the system lets have little, or that are not who they say they are. */
class LimitsTest {
  private static final int USER = 12_345;

  private Path place;

  @BeforeEach
  void makeAPlaceForAnyUser() throws IOException {
    assumeThat(ForkedJvm.whyNoOtherUser()).as("processes of other users").isEmpty();
    place = Files.createTempDirectory("atoll-limits");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void findNothingLeft() throws IOException {
    if (place != null) {
      try (var all = Files.walk(place)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  @Test
  void aDeviceThatGetsTooFewThreadsEndsWithWordsOrServesAndNeverHalf() {
    Path directory = place.resolve("device");
    int served = 0;
    int ended = 0;
    for (int threads = 8; threads <= 40; threads += 8) {
      try (ForkedJvm device =
          ForkedJvm.of(NodeDaemon.class)
              .args(directory.toString())
              .asUser(USER, USER)
              .through("prlimit", "--nproc=" + threads)
              .start()) {
        if (isServing(device, directory)) {
          served++;
        } else {
          ended++;
          assertThat(device.awaitExit()).isNotZero();
          assertThat(device.errors().size() + device.output().size()).isPositive();
        }
      }
    }
    System.out.println("devices with few threads: served=" + served + " ended=" + ended);
    assertThat(ended).as("limits that are too low").isPositive();
    // Whatever the last one left, the next one takes over.
    try (ForkedJvm device =
        ForkedJvm.of(NodeDaemon.class).args(directory.toString()).asUser(USER, USER).start()) {
      assertThat(isServing(device, directory)).isTrue();
    }
  }

  /** It serves only if a client gets an answer; ready and deaf would be the half we look for. */
  private static boolean isServing(ForkedJvm device, Path directory) {
    while (device.isAlive()) {
      if (device.output().stream().anyMatch(line -> line.startsWith("ready"))) {
        try (RoleProcess client = RoleProcess.startAs(USER, USER)) {
          client.does("attach " + directory);
          client.does("alloc m 4096");
          client.does("export x m");
        }
        // Not told by a signal: the machine needs one more thread to hear that.
        device.kill9();
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  @Test
  void rootOfAUserNamespaceIsTheUserItReallyIs() throws IOException {
    Path directory = place.resolve("device");
    try (ForkedJvm device =
            ForkedJvm.of(NodeDaemon.class).args(directory.toString(), "any").start();
        RoleProcess exporter = RoleProcess.start()) {
      device.expect("ready");
      exporter.does("attach " + directory);
      exporter.does("alloc m 4096");
      exporter.does("export x m");
      exporter.does("publish x 600001 0600");
      try (RoleProcess pretender =
          new RoleProcess(
              ForkedJvm.of(Role.class).asUser(USER, USER).through("unshare", "-U", "-r"))) {
        pretender.does("attach " + directory);
        pretender.isRefused("connect c 600001 READ", "RSMERR_PERM_DENIED");
        pretender.isRefused("status", "EPERM");
      }
      device.signal("TERM");
      device.awaitExit();
    }
    assertThat(Files.exists(new DeviceDirectory(directory).socket())).isFalse();
  }

  @Test
  void whatIsOpenedIsClosedInProgramsThatAreStarted() throws IOException {
    Path directory = place.resolve("device");
    try (ForkedJvm device = ForkedJvm.of(NodeDaemon.class).args(directory.toString()).start();
        RoleProcess exporter = RoleProcess.start()) {
      device.expect("ready");
      exporter.does("attach " + directory);
      exporter.does("alloc m 4096");
      exporter.does("export x m");
      exporter.does("publish x 600001 0600");
      exporter.does("connect c 600001 READ_WRITE");
      exporter.does("put c 0 hi");
      for (long pid : List.of(device.pid(), exporter.process().pid())) {
        assertThat(inheritable(pid)).as("descriptors of process " + pid).isEmpty();
      }
      exporter.does("leave");
      device.signal("TERM");
      device.awaitExit();
    }
  }

  /** What exec would pass on, by the kernel's word: descriptors without O_CLOEXEC (open(2)). */
  private static List<String> inheritable(long pid) throws IOException {
    try (var all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return all.filter(each -> isOurs(each) && !closesOnExec(pid, each))
          .map(each -> each + " -> " + target(each))
          .toList();
    }
  }

  private static boolean isOurs(Path descriptor) {
    String target = target(descriptor);
    return target.contains("memfd:atoll")
        || target.startsWith("socket:")
        || target.startsWith("anon_inode:")
        || target.contains("device.lock");
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean closesOnExec(long pid, Path descriptor) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/fdinfo/" + descriptor.getFileName()))
          .stream()
          .filter(line -> line.startsWith("flags:"))
          .anyMatch(line -> (Long.parseLong(line.substring(6).strip(), 8) & CLOSE_ON_EXEC) != 0);
    } catch (IOException e) {
      return true;
    }
  }

  private static final long CLOSE_ON_EXEC = 02000000;
}
