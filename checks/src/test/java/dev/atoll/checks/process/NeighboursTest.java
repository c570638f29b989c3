/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.NodeDaemon;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that get in each other's way, stop, or wait; nobody else is held up. */
class NeighboursTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path temporary;
  private ForkedJvm device;
  private Path directory;

  @BeforeEach
  void startTheDevice() {
    directory = temporary.resolve("device");
    device = ForkedJvm.of(NodeDaemon.class).args(directory.toString()).start();
    device.expect("ready");
  }

  @AfterEach
  void stopTheDevice() {
    device.signal("TERM");
    assertThat(device.awaitExit()).isEqualTo(143);
    device.close();
  }

  private void exportsAs(RoleProcess process, String id) {
    process.does("attach " + directory);
    process.does("alloc m 65536");
    process.does("export x m ALLOW_REBIND");
    process.does("publish x " + id + " 0600");
  }

  private static void importsFrom(RoleProcess process, String id) {
    process.does("connect c " + id + " READ_WRITE");
    process.does("put c 0 hello");
    process.does("map w c 0 4096 READ_WRITE");
  }

  /** What the device said while it was stopped reaches a process one by one. */
  private static void awaitAborted(RoleProcess importer) {
    Conditions.await(
        "the connection has ended",
        PATIENCE,
        () -> importer.ask("get c 0 5").startsWith("refused RSMERR_CONN_ABORTED "));
    assertThat(importer.does("connected c")).isEqualTo("false");
  }

  @Test
  void twoThatImportFromEachOtherUnpublishAtTheSameTime() {
    try (RoleProcess one = RoleProcess.start();
        RoleProcess two = RoleProcess.start()) {
      exportsAs(one, "600001");
      exportsAs(two, "600002");
      for (int i = 0; i < 20; i++) {
        importsFrom(one, "600002");
        importsFrom(two, "600001");
        int first = one.send("unpublish x");
        int second = two.send("unpublish x");
        assertThat(one.await(first)).isEqualTo("ok");
        assertThat(two.await(second)).isEqualTo("ok");
        // Both have let go by themselves: nobody ran into the bound.
        assertThat(one.does("status")).contains("revoking=0 unanswered=0");
        one.does("unmap w");
        two.does("unmap w");
        one.does("disconnect c");
        two.does("disconnect c");
        one.does("publish x 600001 0600");
        two.does("publish x 600002 0600");
      }
    }
  }

  @Test
  void aStoppedImporterHoldsNobodyUpIsNamedAndFindsItsConnectionEnded() {
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess stopped = RoleProcess.start();
        RoleProcess other = RoleProcess.start()) {
      exportsAs(exporter, "600001");
      other.does("attach " + directory);
      stopped.does("attach " + directory);
      importsFrom(stopped, "600001");
      stopped.process().stop();
      try {
        exporter.does("unpublish x");
        assertThat(exporter.does("status")).contains("unanswered=1");
        exporter.does("publish x 600003 0600");
        importsFrom(other, "600003");
      } finally {
        stopped.process().cont();
      }
      awaitAborted(stopped);
      stopped.does("store w 0 4711");
      assertThat(other.does("get c 0 5")).isEqualTo("hello");
      Conditions.await(
          "nobody is named any more",
          PATIENCE,
          () -> exporter.does("status").contains("unanswered=0"));
    }
  }

  @Test
  void aStoppedImporterDoesNotFollowARebindAndLosesItsConnection() {
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess stopped = RoleProcess.start();
        RoleProcess other = RoleProcess.start()) {
      exportsAs(exporter, "600001");
      exporter.does("alloc n 65536");
      other.does("attach " + directory);
      stopped.does("attach " + directory);
      importsFrom(stopped, "600001");
      importsFrom(other, "600001");
      stopped.process().stop();
      try {
        exporter.does("rebind x n");
        assertThat(exporter.does("status")).contains("unanswered=1");
        other.does("put c 0 again");
        assertThat(exporter.does("peek n 0 5")).isEqualTo("again");
      } finally {
        stopped.process().cont();
      }
      awaitAborted(stopped);
    }
  }

  @Test
  void anImporterKilledWithinAPutLeavesAPartOfItAndNoSignal() {
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess killed = RoleProcess.start()) {
      exporter.does("attach " + directory);
      exporter.does("alloc m 4194304");
      exporter.does("export x m");
      exporter.does("publish x 600001 0600");
      killed.does("attach " + directory);
      killed.does("connect c 600001 READ_WRITE");
      killed.send("churn c 4194304");
      Conditions.await(
          "the first bytes", PATIENCE, () -> exporter.does("peek m 0 3").equals("xxx"));
      killed.process().kill9();
      Conditions.await(
          "the import to go", PATIENCE, () -> exporter.does("status").contains("imports=0"));
      assertThat(exporter.does("await x 0")).isEqualTo("TIMED_OUT");
      exporter.does("unpublish x");
    }
  }
}
