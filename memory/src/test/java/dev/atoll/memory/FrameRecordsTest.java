/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.FrameRingLayout.CLAIM_LINES;
import static dev.atoll.memory.FrameRingLayout.CLAIM_POSITION;
import static dev.atoll.memory.FrameRingLayout.OWNER;
import static dev.atoll.memory.FrameRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.FrameRingLayout.recordOffset;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Producers that go on, and die, between two looks of the consumer at their records: what it saw
 * before must not be taken together with what it learns after.
 */
class FrameRecordsTest {
  private static final long CAPACITY = 1024;
  private static final int BOTH = 2;
  private static final MemorySegment NO_VIEW = MemorySegment.ofArray(new byte[0]);
  private static final int LOSER = 1;
  private static final int WINNER = 2;

  private final Words memory = new HeapWords(FrameRing.sizeBytesFor(CAPACITY, BOTH));
  private final List<Integer> dead = new ArrayList<>();
  private final List<Integer> polled = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private long watched = -1;
  private FrameRing ring;
  private FrameConsumer consumer;

  /** The first record is of a producer that has announced one line at the tail, and no more. */
  @BeforeEach
  void announceWithoutClaim() {
    ring = FrameRing.create(memory, NO_VIEW, CAPACITY, BOTH);
    consumer = FrameConsumer.open(FrameRing.attach(watch(), NO_VIEW));
    FrameProducer _ = connect(LOSER);
    memory.longRelease(recordOffset(0) + CLAIM_LINES, -1);
    memory.longRelease(recordOffset(0) + CLAIM_POSITION, 0);
  }

  private FrameProducer connect(int process) {
    return FrameProducer.connect(ring, new ProducerMark(process, 1, 1)).orElseThrow();
  }

  /** Words that let something happen once, after one of them was read. */
  private Words watch() {
    return (Words)
        Proxy.newProxyInstance(
            Words.class.getClassLoader(),
            new Class<?>[] {Words.class},
            (ignored, method, arguments) -> {
              Object value = method.invoke(memory, arguments);
              if (method.getName().equals("longAcquire") && (long) arguments[0] == watched) {
                watched = -1;
                meanwhile.run();
              }
              return value;
            });
  }

  private void after(long offset, Runnable action) {
    watched = offset;
    meanwhile = action;
  }

  private long unblock() {
    return consumer.unblock((generation, process, start, space) -> dead.contains(process));
  }

  private long poll() {
    return consumer.poll((view, offset, length, type) -> polled.add(type), 100);
  }

  @Test
  void theLengthOfOneClaimIsNotTakenForThatOfTheOneBefore() {
    assertThat(connect(WINNER).claim(120, 7)).isPositive();
    dead.add(WINNER);
    after(
        recordOffset(0) + CLAIM_POSITION,
        () -> {
          // The loser of the exchange makes its next try, and dies.
          memory.longRelease(recordOffset(0) + CLAIM_POSITION, 2);
          assertThat(memory.longCas(TAIL_OFFSET, 2, 3)).isTrue();
          memory.longRelease(recordOffset(0) + CLAIM_LINES, 1);
          dead.add(LOSER);
        });
    assertThat(unblock()).as(consumer.corruption()).isEqualTo(2);
    assertThat(unblock()).as(consumer.corruption()).isEqualTo(1);
    assertThat(unblock()).as(consumer.corruption()).isZero();
    assertThat(ring.positions().lostBytes()).isEqualTo(3 * 64);
    offerOne();
  }

  @Test
  void aPayloadWrittenMeanwhileIsNotTakenForAFrame() {
    dead.add(LOSER);
    FrameProducer winner = connect(WINNER);
    long payload = winner.claim(120, 7);
    // As it stands after the exchange, before the winner has said that it was the one.
    memory.longRelease(recordOffset(1) + CLAIM_LINES, -2);
    after(
        recordOffset(1) + CLAIM_LINES,
        () -> {
          memory.longRelease(recordOffset(1) + CLAIM_LINES, 2);
          long secondLine = payload + 56;
          assertThat(secondLine).isEqualTo(ring.lineOffset(1));
          memory.longPlain(secondLine, FrameRingLayout.commitWord(1, 1, 9, 8));
          dead.add(WINNER);
        });
    assertThat(unblock()).as(consumer.corruption()).isEqualTo(2);
    assertThat(poll()).as(consumer.corruption()).isZero();
    offerOne();
    assertThat(polled).doesNotContain(9);
  }

  @Test
  void aClaimThatNobodyHasAnnouncedIsCorruption() {
    dead.addAll(List.of(LOSER, WINNER));
    FrameProducer _ = connect(WINNER);
    memory.longRelease(TAIL_OFFSET, 3);
    assertThat(unblock()).isEqualTo(FrameRing.CORRUPT);
    assertThat(consumer.corruption()).contains("a claim of nobody up to tail=3 at position=0");
  }

  @Test
  void aClaimOfADeadProducerThatEndsInsideAnotherIsCorruption() {
    assertThat(connect(WINNER).claim(120, 7)).isPositive();
    dead.addAll(List.of(LOSER, WINNER));
    memory.longRelease(recordOffset(1) + CLAIM_LINES, 3);
    assertThat(unblock()).isEqualTo(FrameRing.CORRUPT);
  }

  @Test
  void aRecordIsGivenOnWithoutWhatItsLastHolderAnnounced() {
    FrameProducer winner = connect(WINNER);
    dead.add(LOSER);
    assertThat(unblock()).isZero();
    assertThat(ring.positions().producers()).isEqualTo(1);
    // A producer that connects has taken the record, and written nothing else yet.
    memory.longRelease(recordOffset(0) + OWNER, 4);
    assertThat(winner.claim(120, 7)).isPositive();
    dead.add(WINNER);
    assertThat(unblock()).isEqualTo(2);
  }

  private void offerOne() {
    assertThat(unblock()).isZero();
    FrameProducer next = connect(3);
    assertThat(next.offer(MemorySegment.ofArray(new long[1]), 0, 8, 5)).isPositive();
    assertThat(poll()).isEqualTo(1);
    assertThat(polled).containsExactly(5);
  }
}
