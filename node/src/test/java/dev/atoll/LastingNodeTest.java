/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LastingSession;
import dev.atoll.link.LinkException;
import dev.atoll.link.RsmError;
import dev.atoll.link.SocketSession;
import dev.atoll.link.TakenWord;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose device dies and comes again, in the same directory. */
@Timeout(120)
class LastingNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ID = 0x600000;

  @TempDir Path temporary;
  private SocketCarrier device;
  private Node exporter;
  private Controller loopback;

  @BeforeEach
  void attachToADevice() {
    device = new SocketCarrier(temporary);
    exporter = Node.attachLasting(temporary.resolve("device"));
    loopback = exporter.controller("loopback");
  }

  @AfterEach
  void closeAll() {
    exporter.close();
    device.close();
  }

  private void loseTheDevice() {
    device.close();
    Conditions.await("the node to see it", PATIENCE, () -> !exporter.isOpen());
  }

  private void startTheNext() {
    device = new SocketCarrier(temporary);
    Conditions.await("the node to be back", PATIENCE, exporter::isOpen);
  }

  private static long read(Node importer, int id) {
    try (Arena arena = Arena.ofConfined();
        ImportSegment segment =
            importer.controller("loopback").connect(importer.nodeId(), id, Permission.READ)) {
      MemorySegment word = arena.allocate(JAVA_LONG);
      segment.get(0, word);
      return word.get(JAVA_LONG, 0);
    }
  }

  @Test
  void hundredExportsKeepDataAndIdsAndCountTheirGenerations() {
    List<SharedMemory> memories = new ArrayList<>();
    List<ExportSegment> exports = new ArrayList<>();
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      SharedMemory memory = exporter.allocate(4096);
      memory.segment().set(JAVA_LONG, 0, 1000 + i);
      ExportSegment export = loopback.export(memory);
      // Every second id is assigned by the device.
      ids.add(export.publish(i % 2 == 0 ? ID + i : 0, Access.node(exporter.nodeId(), 0600)));
      memories.add(memory);
      exports.add(export);
    }

    loseTheDevice();
    startTheNext();

    try (Node importer = device.attach()) {
      for (int i = 0; i < 100; i++) {
        assertThat(read(importer, ids.get(i))).as("export %s", i).isEqualTo(1000 + i);
        assertThat(memories.get(i).control().generation()).isEqualTo(1);
      }
      assertThat(importer.deviceStatus().published()).isEqualTo(100);
    }
    exports.forEach(ExportSegment::close);
    assertThat(exporter.deviceStatus().exports()).isZero();
    memories.forEach(SharedMemory::close);
  }

  @Test
  void aSignalThatIsTakenWhileTheDeviceChangesIsTakenOnce() throws Exception {
    exporter.close();
    Posix posix = Posix.system();
    var directory = new DeviceDirectory(temporary.resolve("device"));
    long handle = 1L << Integer.SIZE | 5;
    try (LastingSession session =
        LastingSession.open(posix, () -> SocketSession.connectKeeping(posix, directory))) {
      TakenWord word = TakenWord.of(session.takenPages(), handle);
      word.begin();
      assertThat(word.takeCas(0)).isTrue();
      Queue<Boolean> takes = new ConcurrentLinkedQueue<>();
      // A thread that found the session open before the device died takes only now: when the
      // signal pages are the new device's, and the taken pages are not yet.
      Site.install(site -> {
        if (site.equals("range.replaced") && takes.isEmpty()) {
          takes.add(word.takeCas(1));
        }
      });
      device.close();
      Conditions.await("the session to see it", PATIENCE, () -> !session.isOpen());
      device = new SocketCarrier(temporary);
      Conditions.await("the session to be back", PATIENCE, session::isOpen);
      assertThat(takes).hasSize(1);
      assertThat(word.takenAcquire()).isEqualTo(takes.element() ? 2 : 1);
      assertThat(word.takeCas(word.takenAcquire())).isTrue();
    } finally {
      Site.install(null);
    }
  }

  @Test
  void whatAnInterruptedThreadWithdrewDoesNotComeBack() {
    try (SharedMemory memory = exporter.allocate(4096);
        ExportSegment export = loopback.export(memory)) {
      export.publish(ID);
      Thread.currentThread().interrupt();
      ContractFixture.assertRefused(RsmError.INTERRUPTED, export::unpublish);
      assertThat(Thread.interrupted()).isTrue();

      loseTheDevice();
      startTheNext();

      assertThat(exporter.deviceStatus().exports()).isEqualTo(1);
      assertThat(exporter.deviceStatus().published()).isZero();
    }
  }

  @Test
  void nextDeviceAssignsNoIdOfTheLastOne() {
    Set<Integer> seen = new HashSet<>();
    for (int life = 0; life < 3; life++) {
      try (SharedMemory memory = exporter.allocate(4096)) {
        for (int i = 0; i < 5; i++) {
          ExportSegment export = loopback.export(memory);
          assertThat(seen.add(export.publish(0))).isTrue();
        }
        loseTheDevice();
        startTheNext();
      }
    }
    assertThat(seen).hasSize(15);
  }

  @Test
  void pendingSignalsSurviveAndWaitersWaitOn() throws Exception {
    try (SharedMemory memory = exporter.allocate(4096);
        ExportSegment export = loopback.export(memory)) {
      export.publish(ID);
      try (Node importer = device.attach();
          ImportSegment segment =
              importer
                  .controller("loopback")
                  .connect(importer.nodeId(), ID, Permission.READ_WRITE)) {
        for (int i = 0; i < 3; i++) {
          segment.signals().post();
        }
        Conditions.await("three signals", PATIENCE, () -> export.signals().pending() == 3);
      }
      assertThat(export.signals().await(PATIENCE)).isEqualTo(SignalOutcome.RECEIVED);

      loseTheDevice();
      assertThat(export.signals().pending()).isEqualTo(2);
      startTheNext();
      assertThat(export.signals().pending()).isEqualTo(2);
      assertThat(export.signals().await(PATIENCE)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(export.signals().await(PATIENCE)).isEqualTo(SignalOutcome.RECEIVED);

      CompletableFuture<SignalOutcome> waiter = CompletableFuture.supplyAsync(() -> await(export));
      loseTheDevice();
      startTheNext();
      assertThat(waiter).isNotDone();
      try (Node importer = device.attach();
          ImportSegment segment =
              importer.controller("loopback").connect(importer.nodeId(), ID, Permission.READ)) {
        segment.signals().post();
        assertThat(waiter.get(30, java.util.concurrent.TimeUnit.SECONDS))
            .isEqualTo(SignalOutcome.RECEIVED);
      }
    }
  }

  private static SignalOutcome await(ExportSegment export) {
    try {
      return export.signals().await(PATIENCE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void importsStayAbortedAndNewOnesWork() {
    try (SharedMemory memory = exporter.allocate(4096);
        ExportSegment export = loopback.export(memory)) {
      export.publish(ID);
      ImportSegment before = loopback.connect(exporter.nodeId(), ID, Permission.READ_WRITE);
      loseTheDevice();
      startTheNext();

      ImportSegment after = loopback.connect(exporter.nodeId(), ID, Permission.READ_WRITE);
      MemorySegment word = MemorySegment.ofArray(new long[] {42});
      ContractFixture.assertRefused(RsmError.CONN_ABORTED, () -> before.put(0, word));
      // Closing the dead one must not end the new one, which may have the same handle.
      before.close();
      after.put(0, word);
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(42);
      after.close();
    }
  }

  @Test
  void saysThatItAttachesAgainWhileThereIsNoDevice() {
    try (SharedMemory memory = exporter.allocate(4096)) {
      loseTheDevice();

      assertThatThrownBy(() -> loopback.export(memory))
          .isInstanceOfSatisfying(
              LinkException.class, e -> assertThat(e.code()).isEqualTo(LinkException.LOST))
          .hasMessageContaining("attaches again by itself");
    }
  }

  @Test
  void whatIsClosedMeanwhileDoesNotComeBack() {
    try (SharedMemory memory = exporter.allocate(4096)) {
      ExportSegment export = loopback.export(memory);
      export.publish(ID);
      ExportSegment unpublished = loopback.export(memory);
      loseTheDevice();
      export.close();
      startTheNext();

      assertThat(exporter.deviceStatus().exports()).isEqualTo(1);
      assertThat(exporter.deviceStatus().published()).isZero();
      unpublished.publish(ID);
      unpublished.close();
    }
  }

  @Test
  void closesWhileItSeeks() {
    loseTheDevice();

    exporter.close();

    assertThat(exporter.isOpen()).isFalse();
  }
}
