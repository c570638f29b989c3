/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What segments promise, whatever carries the session; each carrier's test extends this. */
abstract class SegmentContract extends ContractFixture {
  @Test
  void putReachesTheExportersMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(4090, bytes("across a page"));
    }
    assertThat(read(memory.segment(), 4090, 13)).isEqualTo("across a page");
  }

  @Test
  void getBringsTheExportersBytes() {
    export.publish(ID);
    memory.segment().asSlice(SIZE - 4).copyFrom(bytes("last"));
    try (ImportSegment segment = connect(Permission.READ)) {
      byte[] heap = new byte[6];
      segment.get(SIZE - 4, MemorySegment.ofArray(heap), 1, 4);
      assertThat(heap).containsExactly(0, 'l', 'a', 's', 't', 0);
    }
  }

  @Test
  void transfersOfAnyLengthAndPlaceArriveWhole() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Arena arena = Arena.ofConfined()) {
      for (long length : new long[] {0, 1, 7, 8, 63, 64, 65, 4095, 4096, 4097, 65_537, SIZE - 3}) {
        MemorySegment source = arena.allocate(length + 1);
        for (long i = 0; i < length; i++) {
          source.set(JAVA_BYTE, i, (byte) (i * 31 + length));
        }
        segment.put(3, source, 0, length);
        MemorySegment target = arena.allocate(length + 1);
        segment.get(3, target, 0, length);
        assertThat(target.asSlice(0, length).mismatch(source.asSlice(0, length))).isEqualTo(-1);
        assertThat(memory.segment().asSlice(3, length).mismatch(source.asSlice(0, length)))
            .isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, SIZE, SIZE - 7, Long.MAX_VALUE, Long.MIN_VALUE})
  void refusesTransfersOutsideTheSegment(long offset) {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      MemorySegment eight = MemorySegment.ofArray(new byte[8]);
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(offset, eight));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.get(offset, eight));
    }
  }

  @Test
  void refusesRangesOutsideTheLocalMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      MemorySegment eight = MemorySegment.ofArray(new byte[8]);
      assertThatThrownBy(() -> segment.put(0, eight, 4, 5))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> segment.get(0, eight, -1, 5))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void refusesWritingThroughAReadOnlyConnection() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ)) {
      MemorySegment eight = MemorySegment.ofArray(new byte[8]);
      assertRefused(RsmError.PERM_DENIED, () -> segment.put(0, eight));
      assertRefused(RsmError.BAD_PERMS, () -> segment.map(0, 4096, Permission.READ_WRITE));
      try (ImportMapping pages = segment.map(0, 4096, Permission.READ)) {
        assertThat(pages.segment().isReadOnly()).isTrue();
      }
    }
  }

  @Test
  void refusesWhoTheModeDoesNotAllow() {
    export.publish(ID, Access.node(exporter.nodeId(), 0400));

    assertRefused(RsmError.PERM_DENIED, () -> connect(Permission.READ_WRITE));
    connect(Permission.READ).close();
  }

  @Test
  void refusesAnIdThatNobodyPublishes() {
    assertRefused(RsmError.SEG_NOT_PUBLISHED, () -> connect(Permission.READ));
  }

  @Test
  void refusesANodeThatLoopbackDoesNotReach() {
    export.publish(ID);
    assertRefused(
        RsmError.CTLR_NOT_PRESENT,
        () -> importer.controller("loopback").connect(2, ID, Permission.READ));
    assertRefused(RsmError.CTLR_NOT_PRESENT, () -> importer.controller("tcp0"));
  }

  @Test
  void refusesASecondPublication() {
    export.publish(ID);
    assertRefused(RsmError.SEG_ALREADY_PUBLISHED, () -> export.publish(ID + 1));
    try (ExportSegment other = exporter.controller("loopback").export(memory)) {
      assertRefused(RsmError.SEGID_IN_USE, () -> other.publish(ID));
      other.publish(ID + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0x10_0000, 0x20_0000, 0x3F_FFFF, 0x8000_0000, -1})
  void refusesReservedIds(int id) {
    assertRefused(RsmError.RESERVED_SEGID, () -> export.publish(id));
  }

  @Test
  void assignsIdsThatAreNotUsedAgain() {
    int first = export.publish(0);
    export.unpublish();
    int second = export.publish(0);

    assertThat(first).isNegative();
    assertThat(second).isNegative().isNotEqualTo(first);
  }

  @Test
  void refusesMalformedAccessLists() {
    int node = exporter.nodeId();
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, Access.node(node, 0777)));
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, Access.node(65, 0600)));
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, Access.node(-1, 0600)));
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, Access.node(2, 0600)));
    Access[] tooMany = new Access[65];
    java.util.Arrays.fill(tooMany, Access.node(node, 0600));
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, tooMany));
    assertRefused(RsmError.BAD_ACL, () -> export.publish(ID, tooMany[0], tooMany[1]));
    export.publish(ID, Access.node(node, 0600));
  }

  @Test
  void unpublishIsRefusedUnlessPublished() {
    assertRefused(RsmError.SEG_NOT_PUBLISHED, export::unpublish);
    export.publish(ID);
    export.unpublish();
    assertRefused(RsmError.SEG_NOT_PUBLISHED, export::unpublish);
  }

  @Test
  void destroyFreesTheHandleOnce() {
    export.publish(ID);
    export.destroy();
    assertRefused(RsmError.BAD_SEG_HNDL, export::destroy);
    assertRefused(RsmError.BAD_SEG_HNDL, () -> export.publish(ID));
    assertThatCode(export::close).doesNotThrowAnyException();
  }

  @Test
  void mappedPagesAreTheExportersVeryMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(8192, 4096, Permission.READ_WRITE)) {
      pages.segment().set(JAVA_LONG, 8, 42);
      assertThat(memory.segment().get(JAVA_LONG, 8200)).isEqualTo(42);
      memory.segment().set(JAVA_LONG, 8208, 43);
      assertThat(pages.segment().get(JAVA_LONG, 16)).isEqualTo(43);
    }
  }

  @Test
  void anExplicitWindowBoundsGetAndPutUntilItIsUnmapped() {
    export.publish(ID);
    MemorySegment eight = MemorySegment.ofArray(new byte[8]);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(0, eight);
      ImportMapping pages = segment.map(4096, 4096, Permission.READ_WRITE);
      segment.put(4096, eight);
      segment.put(8184, eight);
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(0, eight));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(8185, eight));
      assertRefused(RsmError.SEG_ALREADY_MAPPED, () -> segment.map(0, 4096, Permission.READ));
      pages.unmap();
      assertRefused(RsmError.SEG_NOT_MAPPED, pages::unmap);
      segment.put(0, eight);
    }
  }

  @Test
  void refusesToMapWhatTheReferenceRefuses() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      assertRefused(RsmError.BAD_LENGTH, () -> segment.map(0, 0, Permission.READ));
      assertRefused(RsmError.BAD_LENGTH, () -> segment.map(0, SIZE + 1, Permission.READ));
      assertRefused(RsmError.BAD_LENGTH, () -> segment.map(SIZE, 1, Permission.READ));
      assertRefused(RsmError.BAD_LENGTH, () -> segment.map(-4096, 4096, Permission.READ));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.map(1, 4096, Permission.READ));
      assertRefused(RsmError.BAD_PERMS, () -> segment.map(0, 4096, Permission.NONE));
      segment.map(0, SIZE, Permission.READ).close();
      segment.map(4096, 1, Permission.READ).close();
    }
  }

  @Test
  void disconnectIsRefusedWhileMappedAndOnceDone() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    ImportMapping pages = segment.map(0, 4096, Permission.READ);
    assertRefused(RsmError.SEG_STILL_MAPPED, segment::disconnect);
    pages.unmap();
    segment.disconnect();
    assertRefused(RsmError.BAD_SEG_HNDL, segment::disconnect);
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.put(0, bytes("x")));
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.map(0, 4096, Permission.READ));
    assertThatThrownBy(() -> pages.segment().get(JAVA_LONG, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void unpublishTakesThePagesAwayInPlace() {
    export.publish(ID);
    memory.segment().set(JAVA_LONG, 0, 7);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(0, SIZE, Permission.READ_WRITE)) {
      assertThat(pages.segment().get(JAVA_LONG, 0)).isEqualTo(7);
      assertThat(segment.isConnected()).isTrue();

      export.unpublish();

      assertThat(segment.isConnected()).isFalse();
      assertThat(pages.segment().get(JAVA_LONG, 0)).isZero();
      pages.segment().set(JAVA_LONG, 0, 99);
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(7);
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("late")));
      assertRefused(
          RsmError.CONN_ABORTED, () -> segment.get(0, MemorySegment.ofArray(new byte[4])));
      // Lost without a word, as in the original.
      segment.signals().post();
      assertThat(export.signals().pending()).isZero();
    }
  }

  @Test
  void anUnmappedImportIsAbortedToo() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      export.unpublish();
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("late")));
      assertRefused(RsmError.CONN_ABORTED, () -> segment.map(0, 4096, Permission.READ));
      segment.disconnect();
    }
  }

  @Test
  void republishingServesNewImportersWhileOldOnesStayAborted() {
    export.publish(ID);
    try (ImportSegment old = connect(Permission.READ_WRITE)) {
      export.unpublish();
      export.publish(ID);
      try (ImportSegment fresh = connect(Permission.READ_WRITE)) {
        fresh.put(0, bytes("new"));
        assertRefused(RsmError.CONN_ABORTED, () -> old.put(0, bytes("old")));
      }
    }
    assertThat(read(memory.segment(), 0, 3)).isEqualTo("new");
  }

  @Test
  void putNeverReportsSuccessForBytesThatWentNowhere() throws Exception {
    export.publish(ID);
    for (int round = 0; round < 50; round++) {
      memory.segment().fill((byte) 0);
      try (ImportSegment segment = connect(Permission.READ_WRITE);
          Arena arena = Arena.ofShared()) {
        MemorySegment word = arena.allocate(JAVA_LONG);
        CompletableFuture<Long> last =
            CompletableFuture.supplyAsync(() -> putUntilAborted(segment, word));
        Conditions.await("the first put", LONG, () -> memory.segment().get(JAVA_LONG, 0) != 0);
        export.unpublish();
        long acknowledged = last.get(20, TimeUnit.SECONDS);
        assertThat(memory.segment().get(JAVA_LONG, 0)).isBetween(acknowledged, acknowledged + 1);
      }
      export.publish(ID);
    }
  }

  private static long putUntilAborted(ImportSegment segment, MemorySegment word) {
    for (long value = 1; ; value++) {
      word.set(JAVA_LONG, 0, value);
      try {
        segment.put(0, word);
      } catch (RsmException e) {
        assertThat(e.error()).isEqualTo(RsmError.CONN_ABORTED);
        return value - 1;
      }
    }
  }

  @Test
  void anInterruptedCallIsUndoneAndSaysSo() {
    export.publish(ID);
    Thread.currentThread().interrupt();
    assertRefused(RsmError.INTERRUPTED, () -> connect(Permission.READ));
    assertThat(Thread.interrupted()).isTrue();
    Conditions.await("the connection undone", LONG, () -> exporter.deviceStatus().imports() == 0);
  }

  @Test
  void twoNodesThatUnpublishAtEachOtherBothFinish() throws Exception {
    export.publish(ID);
    try (SharedMemory other = importer.allocate(SIZE);
        ExportSegment back = importer.controller("loopback").export(other)) {
      for (int round = 0; round < 20; round++) {
        back.publish(ID + 1);
        if (round > 0) {
          export.publish(ID);
        }
        try (ImportSegment there = connect(Permission.READ_WRITE);
            ImportSegment here =
                exporter.controller("loopback").connect(1, ID + 1, Permission.READ_WRITE)) {
          there.put(0, bytes("a"));
          here.put(0, bytes("b"));
          CompletableFuture<Void> theirs = CompletableFuture.runAsync(back::unpublish);
          export.unpublish();
          theirs.get(20, TimeUnit.SECONDS);
        }
      }
    }
  }

  @Test
  void closingANodeWithdrawsWhatItExports() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(0, bytes("x"));
      if (exporter == importer) {
        exporter.close();
        assertThat(segment.isConnected()).isFalse();
        return;
      }
      exporter.close();
      Conditions.await("the import aborted", LONG, () -> !segment.isConnected());
      // The news comes first: until the pages are swapped, what is put still arrives.
      Conditions.await("a refusal", LONG, () -> isRefused(segment));
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("late")));
    }
  }

  private static boolean isRefused(ImportSegment segment) {
    try {
      segment.put(0, bytes("late"));
      return false;
    } catch (RsmException e) {
      return true;
    }
  }

  @Test
  void manyThreadsMayShareOneHandle() throws InterruptedException, ExecutionException {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[16];
      for (int t = 0; t < all.length; t++) {
        long slot = t * 64L;
        all[t] =
            CompletableFuture.runAsync(() -> {
              long[] word = new long[1];
              MemorySegment heap = MemorySegment.ofArray(word);
              for (int i = 0; i < 5_000; i++) {
                word[0] = slot << 32 | i;
                segment.put(slot, heap);
                word[0] = -1;
                segment.get(slot, heap);
                assertThat(word[0]).isEqualTo(slot << 32 | i);
              }
            });
      }
      CompletableFuture.allOf(all).get();
    }
  }

  @Test
  void nothingIsLeftWhenAllIsClosed() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(0, bytes("x"));
      assertThat(exporter.deviceStatus().imports()).isEqualTo(1);
    }
    export.close();
    assertThat(exporter.deviceStatus())
        .satisfies(status -> {
          assertThat(status.exports()).isZero();
          assertThat(status.published()).isZero();
          assertThat(status.imports()).isZero();
          assertThat(status.revoking()).isZero();
          assertThat(status.malformed()).isZero();
        });
  }

  @Test
  void destroyingAPublishedSegmentAbortsItsImports() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(0, bytes("x"));
      export.destroy();
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("late")));
      assertRefused(RsmError.SEG_NOT_PUBLISHED, () -> connect(Permission.READ));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40_0000, 0x5F_FFFF, 0x60_0000, 0x7FFF_FFFF})
  void takesTheEndsOfTheFreeRanges(int id) {
    assertThat(export.publish(id)).isEqualTo(id);
  }

  @Test
  void afterPublishingAnewOnlyTheNewIdIsThere() {
    export.publish(ID);
    export.unpublish();
    export.publish(ID + 1);

    assertRefused(RsmError.SEG_NOT_PUBLISHED, () -> connect(Permission.READ));
    importer.controller("loopback").connect(1, ID + 1, Permission.READ).close();
  }

  @Test
  void theOwnersClassCountsEvenIfOthersMayDoMore() {
    export.publish(ID, Access.node(1, 0066));
    assertRefused(RsmError.PERM_DENIED, () -> connect(Permission.READ));
  }

  @Test
  void twoConnectionsToOneSegmentAreIndependent() {
    export.publish(ID);
    try (ImportSegment second = connect(Permission.READ_WRITE)) {
      ImportSegment first = connect(Permission.READ_WRITE);
      first.put(0, bytes("one"));
      first.disconnect();
      second.put(0, bytes("two"));
      assertThat(second.isConnected()).isTrue();
    }
    assertThat(read(memory.segment(), 0, 3)).isEqualTo("two");
  }

  @Test
  void disconnectUnmapsWhatGetAndPutHadMapped() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    segment.put(0, bytes("x"));
    segment.disconnect();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.put(0, bytes("x")));
  }

  @Test
  void closingAnImportThatIsMappedBothWaysEndsBoth() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    segment.put(0, bytes("x"));
    ImportMapping pages = segment.map(0, 4096, Permission.READ);
    segment.close();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.put(0, bytes("x")));
    assertThatThrownBy(() -> pages.segment().get(JAVA_LONG, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void connectAgainstUnpublishNeverGivesAUsableHandleAfterwards() throws Exception {
    for (int round = 0; round < 100; round++) {
      export.publish(ID);
      CompletableFuture<Boolean> overtaken =
          CompletableFuture.supplyAsync(this::connectAndFindItUnusable);
      export.unpublish();
      // Told after the unpublish has returned: whatever was connected is aborted by now.
      assertThat(overtaken.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private boolean connectAndFindItUnusable() {
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      Conditions.await("the import aborted", LONG, () -> !segment.isConnected());
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("late")));
      return true;
    } catch (RsmException e) {
      return e.error() == RsmError.SEG_NOT_PUBLISHED;
    }
  }
}
