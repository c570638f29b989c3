/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Site;
import dev.atoll.link.RsmError;
import dev.atoll.memory.RegionKind;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportOptions;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.SignalOutcome;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What an exporter may change: the list, the memory, the options. Over both carriers. */
abstract class ExportContract extends ContractFixture {
  private static final int OTHER_ID = 0x600001;

  private ExportSegment rebindable(SharedMemory of) {
    return exporter.controller("loopback").export(of, ExportOption.ALLOW_REBIND);
  }

  private ImportSegment connectOther(Permission permission) {
    return importer.controller("loopback").connect(importer.nodeId(), OTHER_ID, permission);
  }

  private SharedMemory filled(String text) {
    SharedMemory made = exporter.allocate(SIZE);
    made.segment().copyFrom(bytes(text));
    return made;
  }

  private static String head(ImportSegment segment) {
    MemorySegment target = MemorySegment.ofArray(new byte[3]);
    segment.get(0, target);
    return read(target, 0, 3);
  }

  @Test
  void refusesToRebindWithoutLeave() {
    try (SharedMemory next = filled("new")) {
      assertRefused(RsmError.REBIND_NOT_ALLOWED, () -> export.rebind(next));
    }
  }

  @Test
  void refusesToRebindToAnotherSize() {
    try (SharedMemory next = exporter.allocate(2 * SIZE);
        ExportSegment segment = rebindable(memory)) {
      assertRefused(RsmError.BAD_LENGTH, () -> segment.rebind(next));
    }
  }

  @Test
  void rebindingToTheSameMemoryChangesNothing() {
    try (ExportSegment segment = rebindable(memory)) {
      segment.publish(OTHER_ID);
      memory.segment().copyFrom(bytes("old"));
      try (ImportSegment connected = connectOther(Permission.READ)) {
        segment.rebind(memory);
        assertThat(head(connected)).isEqualTo("old");
      }
    }
  }

  @Test
  void anImporterThatIsConnectedSeesTheNewMemory() {
    try (SharedMemory old = filled("old");
        SharedMemory next = filled("new");
        ExportSegment segment = rebindable(old)) {
      segment.publish(OTHER_ID);
      try (ImportSegment unmapped = connectOther(Permission.READ);
          ImportSegment mapped = connectOther(Permission.READ_WRITE)) {
        assertThat(head(mapped)).isEqualTo("old");
        segment.rebind(next);
        old.segment().copyFrom(bytes("gone"));
        assertThat(head(mapped)).isEqualTo("new");
        assertThat(head(unmapped)).isEqualTo("new");
        mapped.put(0, bytes("put"));
        assertThat(read(next.segment(), 0, 3)).isEqualTo("put");
        assertThat(segment.region()).isSameAs(next);
      }
    }
  }

  @Test
  void anExplicitWindowShowsTheNewMemoryInPlace() {
    long page = Posix.system().pageSize();
    try (SharedMemory old = exporter.allocate(SIZE);
        SharedMemory next = exporter.allocate(SIZE);
        ExportSegment segment = rebindable(old)) {
      next.segment().asSlice(page).copyFrom(bytes("new"));
      segment.publish(OTHER_ID);
      try (ImportSegment connected = connectOther(Permission.READ_WRITE);
          ImportMapping window = connected.map(page, page, Permission.READ_WRITE)) {
        MemorySegment before = window.segment();
        segment.rebind(next);
        assertThat(read(before, 0, 3)).isEqualTo("new");
        before.set(JAVA_BYTE, 5, (byte) 9);
        assertThat(next.segment().get(JAVA_BYTE, page + 5)).isEqualTo((byte) 9);
      }
    }
  }

  @Test
  void whoConnectsAfterARebindSeesTheNewMemory() {
    try (SharedMemory old = filled("old");
        SharedMemory next = filled("new");
        ExportSegment segment = rebindable(old)) {
      segment.rebind(next);
      segment.publish(OTHER_ID);
      try (ImportSegment connected = connectOther(Permission.READ)) {
        assertThat(head(connected)).isEqualTo("new");
        assertThat(connected.kind()).isEqualTo(RegionKind.VOLATILE);
      }
    }
  }

  @Test
  void aDestroyedSegmentIsNotRebound() {
    try (SharedMemory next = filled("new");
        ExportSegment segment = rebindable(memory)) {
      segment.destroy();
      assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.rebind(next));
    }
  }

  @Test
  void signalsSurviveARebind() throws InterruptedException {
    try (SharedMemory next = filled("new");
        ExportSegment segment = rebindable(memory)) {
      segment.publish(OTHER_ID);
      try (ImportSegment connected = connectOther(Permission.READ)) {
        connected.signals().post();
        segment.rebind(next);
        connected.signals().post();
        for (int i = 0; i < 2; i++) {
          assertThat(segment.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
        }
      }
    }
  }

  @Test
  void getsThatRaceWithRebindsMeetOneMemoryOrTheOther() throws InterruptedException {
    try (SharedMemory one = filled("aaa");
        SharedMemory two = filled("bbb");
        ExportSegment segment = rebindable(one)) {
      segment.publish(OTHER_ID);
      var isOver = new AtomicBoolean();
      var wrong = new ConcurrentLinkedQueue<String>();
      try (ImportSegment connected = connectOther(Permission.READ_WRITE)) {
        Thread reader =
            Thread.ofPlatform()
                .start(() -> {
                  while (!isOver.get()) {
                    String seen = head(connected);
                    if (!seen.matches("[ab]{3}")) {
                      wrong.add(seen);
                    }
                  }
                });
        for (int i = 0; i < 200; i++) {
          segment.rebind(i % 2 == 0 ? two : one);
        }
        isOver.set(true);
        reader.join();
        assertThat(wrong).isEmpty();
        assertThat(connected.isConnected()).isTrue();
      }
    }
  }

  @Test
  void connectsThatRaceWithRebindsSeeTheMemoryThatCounts() throws InterruptedException {
    try (SharedMemory one = filled("one");
        SharedMemory two = filled("two");
        ExportSegment segment = rebindable(one)) {
      segment.publish(OTHER_ID);
      var isOver = new AtomicBoolean();
      Thread swapper =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; !isOver.get(); i++) {
                  segment.rebind(i % 2 == 0 ? two : one);
                }
              });
      var connected = new ArrayList<ImportSegment>();
      for (int i = 0; i < 100; i++) {
        connected.add(connectOther(Permission.READ));
      }
      isOver.set(true);
      swapper.join();
      String expected = read(segment.region().segment(), 0, 3);
      for (ImportSegment each : connected) {
        assertThat(head(each)).isEqualTo(expected);
        each.close();
      }
    }
  }

  @Test
  void afterAnInterruptedRebindTheOldMemoryCanBePutBack() throws InterruptedException {
    try (SharedMemory old = filled("old");
        SharedMemory next = filled("new");
        ExportSegment segment = rebindable(old)) {
      segment.publish(OTHER_ID);
      var following = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      try (ImportSegment connected = connectOther(Permission.READ)) {
        assertThat(head(connected)).isEqualTo("old");
        Site.install(site -> holdAt("rebind.followed", site, following, goOn));
        var refused = new AtomicReference<RsmException>();
        Thread rebinding =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    segment.rebind(next);
                  } catch (RsmException e) {
                    refused.set(e);
                  }
                });
        following.await();
        rebinding.interrupt();
        rebinding.join();
        assertThat(refused.get().error()).isEqualTo(RsmError.INTERRUPTED);
        goOn.countDown();
        segment.rebind(old);
        assertThat(head(connected)).isEqualTo("old");
        assertThat(segment.region()).isSameAs(old);
      } finally {
        goOn.countDown();
        Site.install(null);
      }
    }
  }

  private static void holdAt(
      String wanted, String site, CountDownLatch reached, CountDownLatch goOn) {
    if (site.equals(wanted)) {
      reached.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void refusesToRepublishWhatIsNotPublished() {
    assertRefused(RsmError.SEG_NOT_PUBLISHED, () -> export.republish());
    export.destroy();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> export.republish());
  }

  @Test
  void republishJudgesNewConnectionsAndLeavesTheOldOnes() {
    int node = exporter.nodeId();
    export.publish(ID, Access.node(node, 0600));
    try (ImportSegment before = connect(Permission.READ_WRITE)) {
      export.republish(Access.node(node, 0400));
      before.put(0, bytes("still"));
      assertThat(read(memory.segment(), 0, 5)).isEqualTo("still");
      try (ImportMapping window = before.map(0, 4096, Permission.READ_WRITE)) {
        assertThat(window.segment().isReadOnly()).isFalse();
      }
      assertRefused(RsmError.PERM_DENIED, () -> connect(Permission.READ_WRITE));
      connect(Permission.READ).close();
      export.republish();
      connect(Permission.READ_WRITE).close();
    }
  }

  @Test
  void refusesAListThatDoesNotFitAndKeepsTheOldOne() {
    int node = exporter.nodeId();
    export.publish(ID, Access.node(node, 0400));
    assertRefused(RsmError.BAD_ACL, () -> export.republish(Access.node(node, 0777)));
    assertRefused(RsmError.BAD_ACL, () -> export.republish(Access.node(node + 1, 0600)));
    assertRefused(
        RsmError.BAD_ACL, () -> export.republish(Access.node(node, 0600), Access.node(node, 0600)));
    assertRefused(RsmError.PERM_DENIED, () -> connect(Permission.READ_WRITE));
  }

  @Test
  void theModeOfTheOptionsCountsInsteadOfTheUmask() {
    try (ExportSegment segment =
        exporter.controller("loopback").export(memory, ExportOptions.standard().withMode(0400))) {
      segment.publish(OTHER_ID);
      assertRefused(RsmError.PERM_DENIED, () -> connectOther(Permission.READ_WRITE));
      connectOther(Permission.READ).close();
    }
    assertThatThrownBy(() -> ExportOptions.standard().withMode(0755))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0755");
  }

  @Test
  void aRepublishAgainstAnUnpublishLeavesTheSegmentUnpublished() throws InterruptedException {
    int node = exporter.nodeId();
    var refusals = new ConcurrentLinkedQueue<RsmError>();
    for (int i = 0; i < 100; i++) {
      export.publish(ID, Access.node(node, 0600));
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  export.republish(Access.node(node, 0400));
                } catch (RsmException e) {
                  refusals.add(e.error());
                }
              });
      export.unpublish();
      other.join();
      assertRefused(RsmError.SEG_NOT_PUBLISHED, () -> connect(Permission.READ));
    }
    assertThat(refusals).allMatch(RsmError.SEG_NOT_PUBLISHED::equals);
  }
}
