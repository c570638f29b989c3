/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atoll.link.RsmError;
import dev.atoll.rsm.Barrier;
import dev.atoll.rsm.BarrierMode;
import dev.atoll.rsm.BarrierType;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What barriers, spans and modes promise; each carrier's test extends this. */
abstract class BarrierContract extends ContractFixture {
  @Test
  void aConnectionIsBornWithABarrierAndInImplicitMode() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      assertThat(segment.mode()).isEqualTo(BarrierMode.IMPLICIT);
      assertThat(segment.mode().value()).isEqualTo(1);
      assertThat(segment.currentBarrier()).isPresent();
    }
  }

  @Test
  void modesAreSetAndOtherValuesRefused() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.setMode(BarrierMode.of(0));
      assertThat(segment.mode()).isEqualTo(BarrierMode.EXPLICIT);
      assertRefused(RsmError.BAD_MODE, () -> segment.setMode(BarrierMode.of(7)));
      assertThat(segment.mode()).isEqualTo(BarrierMode.EXPLICIT);
      segment.setMode(BarrierMode.of(1));
      assertThat(segment.mode()).isEqualTo(BarrierMode.IMPLICIT);
    }
  }

  @Test
  void withoutABarrierImplicitTransfersAreRefused() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.currentBarrier().orElseThrow().destroy();

      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.put(0, bytes("x")));
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.get(0, bytes("x")));
      assertThat(segment.currentBarrier()).isEmpty();
      assertThat(memory.segment().get(JAVA_LONG, 0)).isZero();
    }
  }

  @Test
  void destroyingTheOnlyBarrierOfAMappedImportBarsItsTransfersToo() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.put(0, bytes("x"));
      segment.currentBarrier().orElseThrow().close();
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.put(0, bytes("y")));
      try (ImportMapping pages = segment.map(0, 4096, Permission.READ_WRITE)) {
        assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.put(0, bytes("y")));
        pages.segment().set(JAVA_LONG, 8, 1);
      }
      try (Barrier barrier = segment.barrier()) {
        segment.put(0, bytes("z"));
        assertThat(segment.currentBarrier()).contains(barrier);
      }
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.put(0, bytes("y")));
      assertThat(read(memory.segment(), 0, 1)).isEqualTo("z");
    }
  }

  @Test
  void explicitTransfersNeedNoBarrier() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.currentBarrier().orElseThrow().destroy();
      segment.setMode(BarrierMode.EXPLICIT);
      segment.put(0, bytes("bare"));
      assertThat(read(memory.segment(), 0, 4)).isEqualTo("bare");
      segment.setMode(BarrierMode.IMPLICIT);
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.put(0, bytes("x")));
    }
  }

  @Test
  void theBarrierMadeBeforeServesAgainWhenTheLatestIsDestroyed() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      Barrier born = segment.currentBarrier().orElseThrow();
      Barrier first = segment.barrier();
      Barrier second = segment.barrier();
      first.destroy();
      assertThat(segment.currentBarrier()).contains(second);
      second.destroy();
      assertThat(segment.currentBarrier()).contains(born);
      segment.put(0, bytes("x"));
    }
  }

  @ParameterizedTest
  @EnumSource(BarrierType.class)
  void allTypesAreOffered(BarrierType type) {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier(type);
        Span span = barrier.open()) {
      segment.put(0, bytes("x"));
      span.complete();
      assertThat(barrier.type()).isEqualTo(type);
      assertThat(type.value()).isIn(1, 2, 0x11, 0x12);
    }
  }

  @Test
  void aSpanCompletesWithAllItsData() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier();
        Span span = barrier.open()) {
      segment.put(0, bytes("first"));
      span.order();
      segment.put(8192, bytes("second"));
      span.complete();
    }
    assertThat(read(memory.segment(), 0, 5)).isEqualTo("first");
    assertThat(read(memory.segment(), 8192, 6)).isEqualTo("second");
  }

  @Test
  void storesThroughAMappingBelongToTheSpan() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(0, SIZE, Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      try (Span span = barrier.open()) {
        pages.segment().set(JAVA_LONG, 64, 7);
        span.complete();
      }
      assertThat(memory.segment().get(JAVA_LONG, 64)).isEqualTo(7);
      try (Span span = barrier.open()) {
        export.unpublish();
        pages.segment().set(JAVA_LONG, 64, 8);
        assertRefused(RsmError.CONN_ABORTED, span::complete);
      }
      assertThat(memory.segment().get(JAVA_LONG, 64)).isEqualTo(7);
    }
  }

  @Test
  void anUnpublishWithinASpanIsToldWhenItCompletes() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      segment.put(0, bytes("mapped"));
      Span span = barrier.open();
      export.unpublish();
      segment.put(0, bytes("scratch"));
      span.order();
      assertRefused(RsmError.CONN_ABORTED, span::complete);
      for (int again = 0; again < 3; again++) {
        assertRefused(RsmError.CONN_ABORTED, barrier.open()::complete);
      }
    }
    assertThat(read(memory.segment(), 0, 7)).isEqualTo("mapped\0");
  }

  @Test
  void anUnpublishBeforeASpanIsToldWhenItCompletes() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      export.unpublish();
      Span span = barrier.open();
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("never mapped")));
      assertRefused(RsmError.CONN_ABORTED, span::complete);
    }
  }

  @Test
  void explicitPutsOverMappedPagesReturnAfterAForcedDisconnect() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      segment.setMode(BarrierMode.EXPLICIT);
      segment.put(0, bytes("here"));
      Span span = barrier.open();
      export.unpublish();

      segment.put(0, bytes("gone"));
      MemorySegment four = MemorySegment.ofArray(new byte[4]);
      segment.get(0, four);
      assertRefused(RsmError.CONN_ABORTED, span::complete);

      segment.setMode(BarrierMode.IMPLICIT);
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("gone")));
    }
    assertThat(read(memory.segment(), 0, 4)).isEqualTo("here");
  }

  @Test
  void explicitPutsThroughAnExplicitMappingReturnToo() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(4096, 4096, Permission.READ_WRITE)) {
      segment.setMode(BarrierMode.EXPLICIT);
      export.unpublish();
      segment.put(4096, bytes("gone"));
      assertThat(read(pages.segment(), 0, 4)).isEqualTo("gone");
    }
    assertThat(read(memory.segment(), 4096, 4)).isEqualTo("\0\0\0\0");
  }

  @Test
  void onlyTheThreadThatOpenedASpanIsExplicit() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      segment.put(0, bytes("x"));
      Span span = barrier.open();
      export.unpublish();
      CompletableFuture.runAsync(
              () -> assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("y"))))
          .get(20, TimeUnit.SECONDS);
      segment.put(0, bytes("y"));
      span.close();
      assertRefused(RsmError.CONN_ABORTED, () -> segment.put(0, bytes("y")));
    }
  }

  @Test
  void aSpanEndsOnce() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      Span span = barrier.open();
      span.complete();
      assertRefused(RsmError.BARRIER_NOT_OPENED, span::complete);
      assertRefused(RsmError.BARRIER_NOT_OPENED, span::order);
      assertThatCode(span::close).doesNotThrowAnyException();

      Span abandoned = barrier.open();
      abandoned.close();
      abandoned.close();
      assertRefused(RsmError.BARRIER_NOT_OPENED, abandoned::complete);
    }
  }

  @Test
  void anAbandonedSpanTellsNothing() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      segment.put(0, bytes("x"));
      Span span = barrier.open();
      export.unpublish();
      segment.put(0, bytes("y"));
      assertThatCode(span::close).doesNotThrowAnyException();
    }
  }

  @Test
  void spansNestAndOverlap() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier one = segment.barrier();
        Barrier two = segment.barrier()) {
      Span outer = one.open();
      Span inner = one.open();
      Span other = two.open();
      segment.put(0, bytes("x"));
      outer.complete();
      other.complete();
      inner.complete();
    }
  }

  @Test
  void aDestroyedBarrierRefusesEverything() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      Barrier barrier = segment.barrier();
      Span span = barrier.open();
      barrier.destroy();
      assertRefused(RsmError.BARRIER_UNINITIALIZED, barrier::destroy);
      assertRefused(RsmError.BARRIER_UNINITIALIZED, barrier::open);
      assertRefused(RsmError.BARRIER_UNINITIALIZED, span::order);
      assertRefused(RsmError.BARRIER_UNINITIALIZED, span::complete);
      assertThatCode(span::close).doesNotThrowAnyException();
      assertThatCode(barrier::close).doesNotThrowAnyException();
    }
  }

  @Test
  void aBarrierOutlivesItsImportWithoutHarm() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    Barrier barrier = segment.barrier();
    Span span = barrier.open();
    segment.disconnect();
    assertRefused(RsmError.BAD_SEG_HNDL, span::complete);
    assertRefused(RsmError.BAD_SEG_HNDL, barrier::open);
    assertRefused(RsmError.BAD_SEG_HNDL, segment::barrier);
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.setMode(BarrierMode.EXPLICIT));
    assertThatCode(barrier::close).doesNotThrowAnyException();
  }

  @Test
  void spansAndBarriersAreBounded() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Barrier barrier = segment.barrier()) {
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < 4096; i++) {
        spans.add(barrier.open());
      }
      assertRefused(RsmError.BARRIER_OPEN_FAILED, barrier::open);
      spans.forEach(Span::close);
      barrier.open().complete();
      while (segment.currentBarrier().isPresent()) {
        segment.currentBarrier().get().destroy();
      }
      for (int i = 0; i < 4096; i++) {
        assertThat(segment.barrier()).isNotNull();
      }
      assertRefused(RsmError.INSUFFICIENT_MEM, segment::barrier);
    }
  }

  /** The reader sees the payload of whatever number it has seen, since order() stands between. */
  @Test
  void whoSeesALaterPutSeesWhatWasOrderedBefore() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportSegment other = connect(Permission.READ)) {
      long rounds = 20_000;
      CompletableFuture<Long> reader =
          CompletableFuture.supplyAsync(() -> readUntil(other, rounds));
      MemorySegment word = MemorySegment.ofArray(new long[1]);
      segment.setMode(BarrierMode.EXPLICIT);
      try (Barrier barrier = segment.barrier()) {
        for (long round = 1; round <= rounds; round++) {
          try (Span span = barrier.open()) {
            word.set(JAVA_LONG, 0, round);
            segment.put(4096, word);
            span.order();
            segment.put(0, word);
            span.complete();
          }
        }
      }
      assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(rounds);
    }
  }

  private static long readUntil(ImportSegment segment, long last) {
    MemorySegment word = MemorySegment.ofArray(new long[1]);
    while (true) {
      segment.get(0, word);
      long number = word.get(JAVA_LONG, 0);
      segment.get(4096, word);
      assertThat(word.get(JAVA_LONG, 0)).isGreaterThanOrEqualTo(number);
      if (number == last) {
        return number;
      }
    }
  }
}
