/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.NodeDaemon;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Exporter and importer are processes of two users, neither of them root; the device is root's.
 * Nothing here is checked by a process that could do everything anyway.
 */
class TwoUsersTest {
  private static final int EXPORTER = 61_001;
  private static final int IMPORTER = 61_002;
  private static final int SHARED_GROUP = 62_000;

  private static Path directory;
  private static ForkedJvm device;
  private static RoleProcess exporter;
  private static RoleProcess importer;

  @BeforeAll
  static void startThreeProcesses() throws IOException {
    assumeTrue(ForkedJvm.whyNoOtherUser().isEmpty(), () -> ForkedJvm.whyNoOtherUser().orElse(""));
    directory = Files.createTempDirectory("atoll-users");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    device =
        ForkedJvm.of(NodeDaemon.class).args(directory.resolve("device").toString(), "any").start();
    exporter = RoleProcess.startAs(EXPORTER, SHARED_GROUP);
    importer = RoleProcess.startAs(IMPORTER, 61_002, SHARED_GROUP);
    device.expect("ready");
  }

  @BeforeEach
  void attachBoth() {
    exporter.does("attach " + directory.resolve("device"));
    importer.does("attach " + directory.resolve("device"));
    exporter.does("alloc m 65536");
    exporter.does("export x m");
  }

  @AfterEach
  void leaveBoth() {
    exporter.does("leave");
    importer.does("leave");
  }

  @AfterAll
  static void endThemAll() throws IOException {
    if (device == null) {
      return;
    }
    exporter.close();
    importer.close();
    device.signal("TERM");
    assertThat(device.awaitExit()).isEqualTo(143);
    device.close();
    assertThat(directory.resolve("device/device.sock")).doesNotExist();
    Files.delete(directory.resolve("device/device.lock"));
    Files.deleteIfExists(directory.resolve("device/device.ids"));
    Files.delete(directory.resolve("device"));
    Files.delete(directory);
  }

  @ParameterizedTest(name = "mode {0} wanting {1} is {2}")
  @CsvSource({
    "0660, READ_WRITE, granted",
    "0640, READ, granted",
    "0640, READ_WRITE, refused",
    "0606, READ, refused",
    "0600, READ, refused",
    "0600, NONE, granted",
    "0666, READ_WRITE, granted",
  })
  void theImportersGroupDecides(String mode, String wanted, String outcome) {
    exporter.does("publish x 600000 " + mode);
    if (outcome.equals("granted")) {
      importer.does("connect c 600000 " + wanted);
    } else {
      importer.isRefused("connect c 600000 " + wanted, "RSMERR_PERM_DENIED");
    }
  }

  @Test
  void aUserOutsideTheGroupIsOther() {
    try (RoleProcess stranger = RoleProcess.startAs(61_003, 61_003)) {
      stranger.does("attach " + directory.resolve("device"));
      exporter.does("publish x 600000 0664");
      stranger.does("connect c 600000 READ");
      stranger.isRefused("connect d 600000 READ_WRITE", "RSMERR_PERM_DENIED");
    }
  }

  @Test
  void withoutAListTheCreatorsUmaskDecides() {
    // The processes run with umask 022, so others may read and not write.
    exporter.does("publish x 600000");
    importer.does("connect c 600000 READ");
    importer.isRefused("connect d 600000 READ_WRITE", "RSMERR_PERM_DENIED");
  }

  @Test
  void theOwnersClassDecidesEvenIfItIsNarrower() {
    try (RoleProcess same = RoleProcess.startAs(EXPORTER, 61_009)) {
      same.does("attach " + directory.resolve("device"));
      exporter.does("publish x 600000 0066");
      same.isRefused("connect c 600000 READ", "RSMERR_PERM_DENIED");
      importer.does("connect c 600000 READ_WRITE");
    }
  }

  @Test
  void bytesAndSignalsGoBothWays() {
    exporter.does("publish x 600000 0660");
    importer.does("connect c 600000 READ_WRITE");
    importer.does("put c 4094 hello");
    assertThat(exporter.does("peek m 4094 5")).isEqualTo("hello");
    exporter.does("poke m 100 world");
    assertThat(importer.does("get c 100 5")).isEqualTo("world");
    importer.does("post c");
    assertThat(exporter.does("await x 20000")).isEqualTo("RECEIVED");
    exporter.does("post x");
    assertThat(importer.does("await c 20000")).isEqualTo("RECEIVED");
  }

  @Test
  void theKernelKeepsAReaderFromWriting() {
    exporter.does("poke m 0 secret");
    exporter.does("publish x 600000 0640");
    importer.does("connect c 600000 READ");
    assertThat(importer.does("get c 0 6")).isEqualTo("secret");

    importer.isRefused("put c 0 forged", "RSMERR_PERM_DENIED");
    importer.isRefused("map w c 0 4096 READ_WRITE", "RSMERR_BAD_PERMS");
    // None of these asks the library.
    assertThat(importer.does("widen"))
        .isEqualTo("fchmod=EPERM reopen=EACCES mmap=EACCES punch=EBADF truncate=EINVAL");
    assertThat(exporter.does("peek m 0 6")).isEqualTo("secret");
  }

  @Test
  void aWriteOnlyImporterHoldsNoDescriptorOfTheMemory() {
    exporter.does("poke m 0 secret");
    exporter.does("publish x 600000 0622");
    importer.does("connect c 600000 WRITE");

    importer.does("put c 10 hello");

    assertThat(exporter.does("peek m 10 5")).isEqualTo("hello");
    importer.isRefused("get c 0 6", "RSMERR_PERM_DENIED");
    importer.isRefused("connect d 600000 READ", "RSMERR_PERM_DENIED");
    assertThat(importer.does("widen")).as("descriptors of the memory").isEmpty();
  }

  @Test
  void aMediatedExportLeavesNothingInTheImportersHands() {
    exporter.does("export y m MEDIATED");
    exporter.does("publish y 600001 0660");
    importer.does("connect c 600001 READ_WRITE");

    importer.does("put c 10 hello");

    assertThat(importer.does("get c 10 5")).isEqualTo("hello");
    assertThat(importer.does("widen")).as("descriptors of the memory").isEmpty();
    importer.isRefused("map w c 0 4096 READ", "RSMERR_MAP_FAILED");
    exporter.does("unpublish y");
    importer.isRefused("get c 10 5", "RSMERR_CONN_ABORTED");
  }

  @Test
  void aWriterCanNotChangeTheSize() {
    exporter.does("publish x 600000 0660");
    importer.does("connect c 600000 READ_WRITE");

    assertThat(importer.does("widen"))
        .contains("fchmod=EPERM reopen=EACCES")
        .contains("truncate=EPERM");
  }

  @Test
  void memoryTheExporterMadeItselfIsNoWider() {
    exporter.does("local own 65536");
    exporter.does("export y own");
    exporter.does("publish y 600001 0640");
    importer.does("connect c 600001 READ");

    assertThat(importer.does("get c 0 1")).isEqualTo(".");
    importer.isRefused("connect d 600001 READ_WRITE", "RSMERR_PERM_DENIED");
  }

  @Test
  void onlyTheDevicesOwnerMayAskForItsStatus() {
    importer.isRefused("status", "EPERM");
    try (RoleProcess root = RoleProcess.start()) {
      root.does("attach " + directory.resolve("device"));
      assertThat(root.does("status")).startsWith("sessions=3 exports=1 ");
    }
  }

  @Test
  void aPersistentFileIsSharedAcrossUsers() throws IOException {
    Path store = Files.createTempDirectory("atoll-store");
    try {
      Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxrwxrwx"));
      exporter.does("file f " + store.resolve("data.pmem") + " 65536");
      exporter.does("export y f");
      exporter.does("publish y 600001 0640");
      assertThat(importer.does("connect c 600001 READ")).isEqualTo("65536 bytes PERSISTENT");
      exporter.does("poke f 0 durable");
      exporter.does("persist f 0 7");
      assertThat(importer.does("get c 0 7")).isEqualTo("durable");
      assertThat(importer.does("widen")).contains("fchmod=EPERM reopen=EACCES mmap=EACCES");
    } finally {
      Files.deleteIfExists(store.resolve("data.pmem"));
      Files.delete(store);
    }
  }

  @Test
  void aDeviceOfOneUserLetsNoOtherIn() throws IOException {
    Path own = directory.resolve("own");
    try (ForkedJvm narrow = ForkedJvm.of(NodeDaemon.class).args(own.toString()).start()) {
      narrow.expect("ready");
      importer.isRefused("attach " + own, "ATOLL_SESSION_REFUSED");
      try (RoleProcess root = RoleProcess.start()) {
        root.does("attach " + own);
      }
      narrow.signal("TERM");
      narrow.awaitExit();
    }
    Files.deleteIfExists(own.resolve("device.lock"));
    Files.deleteIfExists(own.resolve("device.ids"));
    Files.delete(own);
  }

  @Test
  void nobodyAttachesToADirectoryThatAStrangerOwns() throws IOException {
    try (RoleProcess stranger = RoleProcess.startAs(61_003, 61_003)) {
      Path trap = Files.createTempDirectory("atoll-trap");
      Files.setOwner(
          trap,
          trap.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
      stranger.isRefused("attach " + trap, "ATOLL_SESSION_REFUSED");
      Files.delete(trap);
    }
  }
}
