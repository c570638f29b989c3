/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotRingTest {
  private final Words words = new HeapWords(SlotRing.sizeBytesFor(8));
  private final SlotRing ring = SlotRing.create(words, 8);
  private final List<Long> polled = new ArrayList<>();
  private final SlotRing.SlotConsumer collect = (w, at) -> polled.add(w.longPlain(at));

  @Test
  void givesMessagesInOrder() {
    for (long i = 0; i < 5; i++) {
      assertThat(offer(ring, 100 + i)).isEqualTo(i);
    }
    assertThat(ring.poll(collect, 3)).isEqualTo(3);
    assertThat(ring.poll(collect, 100)).isEqualTo(2);
    assertThat(ring.poll(collect, 100)).isZero();
    assertThat(polled).containsExactly(100L, 101L, 102L, 103L, 104L);
  }

  @Test
  void carriesFiftySixBytes() {
    MemorySegment payload = Arena.ofAuto().allocate(64, 8);
    for (int i = 0; i < 64; i++) {
      payload.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (i + 1));
    }
    assertThat(ring.offer(payload, 8, SlotRing.PAYLOAD_BYTES)).isZero();
    MemorySegment copy = Arena.ofAuto().allocate(56, 8);
    assertThat(ring.poll((w, at) -> w.copyOut(at, copy, 0, 56), 1)).isEqualTo(1);
    assertThat(copy.mismatch(payload.asSlice(8, 56))).isEqualTo(-1);
    assertThatThrownBy(() -> offer(ring, payload, 0, 57)).hasMessageContaining("lengthBytes=57");
    assertThatThrownBy(() -> offer(ring, payload, 60, 8))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesWhenFullUntilPolled() {
    for (long i = 0; i < 8; i++) {
      assertThat(offer(ring, i)).isEqualTo(i);
    }
    assertThat(offer(ring, 8)).isEqualTo(SlotRing.FULL);
    assertThat(ring.poll(collect, 100)).isEqualTo(8);
    assertThat(offer(ring, 8)).isEqualTo(8);
  }

  @Test
  void goesRoundManyTimesWithoutClearing() {
    for (long i = 0; i < 1000; i++) {
      assertThat(offer(ring, i)).isEqualTo(i);
      if (i % 3 == 0) {
        assertThat(ring.poll(collect, 100)).isPositive();
      }
    }
    assertThat(ring.poll(collect, 100)).isZero();
    assertThat(polled).hasSize(1000).isSorted();
  }

  @Test
  void waitsForClaimThatIsNotCommitted() {
    long first = ring.claim();
    assertThat(offer(ring, 2)).isEqualTo(1);
    assertThat(ring.poll(collect, 100)).isZero();
    words.longPlain(ring.payloadOffset(first), 1);
    ring.commit(first);
    assertThat(ring.poll(collect, 100)).isEqualTo(2);
    assertThat(polled).containsExactly(1L, 2L);
  }

  @Test
  void passesOverAbortedClaims() {
    for (int round = 0; round < 20; round++) {
      ring.abort(ring.claim());
      assertThat(offer(ring, round)).isNotNegative();
      ring.abort(ring.claim());
      assertThat(ring.poll(collect, 100)).isEqualTo(1);
    }
    assertThat(polled).hasSize(20);
  }

  @Test
  void countsAbortedSlotsAgainstTheLimit() {
    ring.abort(ring.claim());
    assertThat(offer(ring, 1)).isEqualTo(1);
    assertThat(ring.poll(collect, 1)).isZero();
    assertThat(ring.poll(collect, 1)).isEqualTo(1);
  }

  @Test
  void countsSlotAsPolledWhenConsumerThrows() {
    assertThat(offer(ring, 1)).isZero();
    assertThat(offer(ring, 2)).isEqualTo(1);
    assertThatThrownBy(() ->
            assertThat(
                    ring.poll(
                        (w, at) -> {
                          throw new IllegalStateException("broken");
                        },
                        10))
                .isZero())
        .hasMessage("broken");
    assertThat(ring.poll(collect, 10)).isEqualTo(1);
    assertThat(polled).containsExactly(2L);
  }

  @Test
  void releasesClaimWhenSourceIsClosed() {
    MemorySegment source;
    try (Arena arena = Arena.ofConfined()) {
      source = arena.allocate(8);
    }
    assertThatThrownBy(() -> offer(ring, source, 0, 8)).isInstanceOf(IllegalStateException.class);
    assertThat(offer(ring, 5)).isEqualTo(1);
    assertThat(ring.poll(collect, 10)).isEqualTo(1);
  }

  @Test
  void attachesToRingOfAnother() {
    assertThat(offer(ring, 1)).isZero();
    assertThat(ring.poll(collect, 10)).isEqualTo(1);
    SlotRing other = SlotRing.attach(words, 8);
    assertThat(offer(other, 2)).isEqualTo(1);
    assertThat(ring.poll(collect, 10)).isEqualTo(1);
    assertThat(offer(ring, 3)).isEqualTo(2);
    SlotRing consumer = SlotRing.attach(words, 8);
    assertThat(consumer.poll(collect, 10)).isEqualTo(1);
    assertThat(polled).containsExactly(1L, 2L, 3L);
  }

  @Test
  void refusesToAttachWhatIsNoRing() {
    assertThatThrownBy(() -> SlotRing.attach(new HeapWords(SlotRing.sizeBytesFor(8)), 8))
        .isInstanceOf(RefusedMemoryException.class)
        .hasMessageContaining("magic=0x0");
    assertThatThrownBy(() -> SlotRing.attach(words, 4))
        .isInstanceOf(RefusedMemoryException.class)
        .hasMessageContaining("capacity=8");
    assertThatThrownBy(() -> SlotRing.attach(words, 16))
        .isInstanceOf(IllegalArgumentException.class);
    words.intPlain(8, 2);
    assertThatThrownBy(() -> SlotRing.attach(words, 8)).hasMessageContaining("version=2");
  }

  @Test
  void refusesCapacitiesThatAreNoPowersOfTwo() {
    for (int capacity : new int[] {0, 1, 3, -8, 1 << 21, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> SlotRing.sizeBytesFor(capacity))
          .hasMessageContaining("capacitySlots=" + capacity);
    }
  }

  @Test
  void reportsCorruptCommitWord() {
    for (long word : new long[] {2, 9, -1, Long.MIN_VALUE, Long.MAX_VALUE, 42}) {
      Words fresh = new HeapWords(SlotRing.sizeBytesFor(8));
      SlotRing hit = SlotRing.create(fresh, 8);
      fresh.longPlain(SlotRingLayout.SLOTS_OFFSET, word);
      assertThat(hit.poll(collect, 10)).as("word %x", word).isEqualTo(SlotRing.CORRUPT);
      assertThat(hit.poll(collect, 10)).isEqualTo(SlotRing.CORRUPT);
    }
    assertThat(polled).isEmpty();
  }

  @Test
  void reportsCommitWordOfTooOldRound() {
    for (long i = 0; i < 24; i++) {
      assertThat(offer(ring, i)).isEqualTo(i);
      assertThat(ring.poll(collect, 1)).isEqualTo(1);
    }
    assertThat(ring.poll(collect, 1)).isZero();
    words.longPlain(SlotRingLayout.SLOTS_OFFSET, 9);
    assertThat(ring.poll(collect, 1)).isEqualTo(SlotRing.CORRUPT);
  }

  @Test
  void reportsCorruptTailAndHeadToProducer() {
    words.longPlain(SlotRingLayout.TAIL_OFFSET, -5);
    assertThat(ring.claim()).isEqualTo(SlotRing.CORRUPT);
    words.longPlain(SlotRingLayout.TAIL_OFFSET, 9);
    assertThat(ring.claim()).isEqualTo(SlotRing.CORRUPT);
    words.longPlain(SlotRingLayout.TAIL_OFFSET, 8);
    words.longPlain(SlotRingLayout.HEAD_OFFSET, -1);
    assertThat(ring.claim()).isEqualTo(SlotRing.CORRUPT);
  }

  @Test
  void staysInsideAndEndsWhateverTheMemoryHolds() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    Random random = new Random(seed);
    long size = SlotRing.sizeBytesFor(4);
    for (int round = 0; round < 20_000; round++) {
      // Words beyond the ring throw, so reaching outside would fail the test.
      Words hostile = new HeapWords(size);
      SlotRing victim = SlotRing.create(hostile, 4);
      for (int step = 0; step < 12; step++) {
        long at = random.nextLong(size / 8) * 8;
        long value = random.nextBoolean() ? random.nextLong() : random.nextLong(-3, 14);
        hostile.longPlain(at, value);
        switch (random.nextInt(3)) {
          case 0 -> assertThat(victim.poll((w, p) -> w.longPlain(p), 10)).isBetween(-2L, 10L);
          case 1 -> assertThat(offer(victim, 1)).isGreaterThanOrEqualTo(-2);
          default -> {
            long position = victim.claim();
            if (position >= 0) {
              victim.abort(position);
            }
          }
        }
      }
    }
  }

  @Test
  void tellsProducersThatConsumerSleeps() {
    assertThat(ring.isConsumerSleeping()).isFalse();
    ring.setConsumerSleeping(true);
    assertThat(SlotRing.attach(words, 8).isConsumerSleeping()).isTrue();
    ring.setConsumerSleeping(false);
    assertThat(ring.isConsumerSleeping()).isFalse();
  }

  @Test
  void keepsItsBytesInPlace() {
    // Golden words: a change of these needs a new version.
    assertThat(offer(ring, 77)).isZero();
    assertThat(words.longPlain(0)).isEqualTo(0x474E_4952_4C4F_5441L);
    assertThat(words.intPlain(8)).isEqualTo(1);
    assertThat(words.intPlain(12)).isEqualTo(8);
    assertThat(words.longPlain(64)).isEqualTo(1);
    assertThat(words.longPlain(256)).isEqualTo(1);
    assertThat(words.longPlain(264)).isEqualTo(77);
    ring.abort(ring.claim());
    assertThat(words.longPlain(320)).isEqualTo(Long.MIN_VALUE | 2);
    assertThat(ring.poll(collect, 10)).isEqualTo(1);
    assertThat(words.longPlain(128)).isEqualTo(2);
  }

  private static long offer(SlotRing ring, long value) {
    MemorySegment payload = MemorySegment.ofArray(new long[] {value});
    return ring.offer(payload, 0, (int) JAVA_LONG.byteSize());
  }

  private static long offer(SlotRing ring, MemorySegment source, long offset, int length) {
    return ring.offer(source, offset, length);
  }
}
