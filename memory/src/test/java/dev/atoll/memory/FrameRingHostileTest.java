/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A peer that writes anything anywhere. */
class FrameRingHostileTest {
  private static final long SCRIBBLES = 200_000;
  private static final long SOAK_SCRIBBLES = 100_000_000;
  private static final long CAPACITY = 4096;
  private static final int PRODUCERS = 3;

  @Test
  void anyWordAnywhereHarmsNothingButTheRing() {
    scribble(SCRIBBLES, Long.MAX_VALUE);
  }

  /** As the soaks of testkit, which stands above this module. */
  @Test
  @Tag("soak")
  void aHundredMillionWordsAnywhereHarmNothingButTheRing() {
    long begin = System.nanoTime();
    long minutes = Long.getLong("atoll.soak.minutes", 2);
    scribble(SOAK_SCRIBBLES, begin + minutes * 60_000_000_000L);
    System.out.printf(
        "soak: random words in frame rings, %d at most, minutes=%.2f%n",
        SOAK_SCRIBBLES, (System.nanoTime() - begin) / 60e9);
  }

  private static void scribble(long most, long endNanos) {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    Random random = new Random(seed);
    Posix posix = Posix.system();
    long needed = FrameRing.sizeBytesFor(CAPACITY, PRODUCERS);
    long corrupted = 0;
    long refused = 0;
    try (SharedMemory memory =
        SharedMemory.create(posix, "hostile", SharedMemory.pagesFor(posix, needed))) {
      MemorySegment ring = memory.segment().asSlice(0, needed);
      long done = 0;
      while (done < most && (endNanos == Long.MAX_VALUE || System.nanoTime() < endNanos)) {
        ring.fill((byte) 0);
        var words = new SegmentWords(ring);
        FrameRing honest = FrameRing.create(words, ring, CAPACITY, PRODUCERS);
        FrameConsumer consumer = FrameConsumer.open(honest);
        FrameProducer producer =
            FrameProducer.connect(honest, new ProducerMark(1, 1, 1)).orElseThrow();
        boolean isOver = false;
        for (int turn = 0; turn < 50 && !isOver; turn++) {
          use(producer, random);
          if (turn > 10) {
            scribble(ring, random);
            done++;
          }
          isOver = !poll(consumer, ring, random);
          corrupted += isOver ? 1 : 0;
        }
        refused += reattach(words, ring);
      }
      System.out.println(
          "scribbles=" + done + " rings ended=" + corrupted + " attachments refused=" + refused);
      assertThat(corrupted).isPositive();
    }
  }

  private static void use(FrameProducer producer, Random random) {
    for (int i = 0; i < 3; i++) {
      int length = random.nextInt(producer.ring().longestBytes() + 1);
      long outcome = producer.claim(length, random.nextInt(100));
      if (outcome >= 0) {
        assertThat(outcome + length).isLessThanOrEqualTo(producer.ring().view().byteSize());
        if (random.nextInt(10) == 0) {
          producer.abort();
        } else {
          producer.commit();
        }
      }
    }
  }

  private static boolean poll(FrameConsumer consumer, MemorySegment ring, Random random) {
    long size = ring.byteSize();
    long count =
        consumer.poll(
            (buffer, offset, length, type) -> {
              assertThat(length).isBetween(0, (int) CAPACITY / 8 - 8);
              assertThat(offset).isBetween(FrameRingLayout.linesOffset(PRODUCERS), size - length);
              assertThat(type).isBetween(0, 65_535);
            },
            1 + random.nextInt(100));
    assertThat(count).isGreaterThanOrEqualTo(FrameRing.CORRUPT);
    boolean _ = consumer.isHeldUp();
    boolean isAnyDead = random.nextBoolean();
    long skipped = consumer.unblock((generation, process, start, space) -> isAnyDead);
    if (count == FrameRing.CORRUPT || skipped == FrameRing.CORRUPT) {
      assertThat(consumer.corruption()).isNotEmpty();
      assertThat(consumer.poll((b, o, l, t) -> {}, 1)).isEqualTo(FrameRing.CORRUPT);
      return false;
    }
    return true;
  }

  /** Mostly what looks nearly right: neighbours of what stands there, and small numbers. */
  private static void scribble(MemorySegment ring, Random random) {
    long words = ring.byteSize() / 8;
    boolean isHeader = random.nextInt(3) != 0;
    long header = FrameRingLayout.linesOffset(PRODUCERS) / 8;
    long index = isHeader ? random.nextLong(header) : header + random.nextLong(words - header);
    long old = ring.getAtIndex(ValueLayout.JAVA_LONG, index);
    long value =
        switch (random.nextInt(5)) {
          case 0 -> random.nextLong();
          case 1 -> old ^ 1L << random.nextInt(64);
          case 2 -> old + random.nextInt(200) - 100;
          case 3 -> random.nextInt(400) - 200;
          default ->
              FrameRingLayout.commitWord(
                  random.nextInt(6), random.nextInt(4), random.nextInt(9), random.nextInt(2000));
        };
    ring.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }

  private static int reattach(Words words, MemorySegment ring) {
    try {
      FrameRing again = FrameRing.attach(words, ring);
      FramePositions _ = again.positions();
      FrameConsumer consumer = FrameConsumer.open(again);
      long _ = consumer.poll((b, o, l, t) -> {}, 100);
      return 0;
    } catch (RefusedMemoryException e) {
      return 1;
    }
  }

  @Test
  void aClaimOfNobodyIsCorruptionAndNoHang() {
    HeapWords words = new HeapWords(FrameRing.sizeBytesFor(CAPACITY, 1));
    FrameRing ring = FrameRing.create(words, MemorySegment.ofArray(new byte[0]), CAPACITY, 1);
    FrameConsumer consumer = FrameConsumer.open(ring);
    words.longRelease(FrameRingLayout.TAIL_OFFSET, 3);
    assertThat(consumer.isHeldUp()).isTrue();
    assertThat(consumer.unblock((g, p, s, n) -> true)).isEqualTo(FrameRing.CORRUPT);
    assertThat(consumer.corruption()).contains("claim of nobody");
    assertThat(consumer.poll((b, o, l, t) -> {}, 1)).isEqualTo(FrameRing.CORRUPT);
  }

  @Test
  void refusesShapesThatCanNotBe() {
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    assertThatThrownBy(() -> FrameRing.sizeBytesFor(1000, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("capacityBytes=1000");
    assertThatThrownBy(() -> FrameRing.sizeBytesFor(1 << 28, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FrameRing.sizeBytesFor(1024, 257))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FrameRing.create(new HeapWords(1024), none, 1024, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FrameRing.attach(new HeapWords(64), none))
        .isInstanceOf(RefusedMemoryException.class);
    HeapWords small = new HeapWords(FrameRing.sizeBytesFor(1024, 1));
    FrameRing _ = FrameRing.create(small, none, 1024, 1);
    small.longPlain(FrameRingLayout.CAPACITY_OFFSET, 2048);
    assertThatThrownBy(() -> FrameRing.attach(small, none))
        .isInstanceOf(RefusedMemoryException.class)
        .hasMessageContaining("capacity=2048");
  }

  @Test
  void aConsumerThatTakesOverGivesNoMessageWhoseWordsWereCleared() {
    HeapWords words = new HeapWords(FrameRing.sizeBytesFor(CAPACITY, 1));
    FrameRing ring = FrameRing.create(words, MemorySegment.ofArray(new byte[0]), CAPACITY, 1);
    FrameConsumer first = FrameConsumer.open(ring);
    FrameProducer producer = FrameProducer.connect(ring, new ProducerMark(1, 1, 1)).orElseThrow();
    MemorySegment message = MemorySegment.ofArray(new byte[200]);
    assertThat(producer.offer(message, 0, 200, 1)).isPositive();
    assertThat(producer.offer(message, 0, 8, 2)).isPositive();
    // Dies in the handler of the second, before it has told anybody of the first.
    assertThatThrownBy(
            () -> {
              long _ =
                  first.poll(
                      (b, o, l, type) -> {
                        if (type == 2) {
                          throw new IllegalStateException("dies");
                        }
                      },
                      2);
            })
        .hasMessage("dies");
    words.longRelease(FrameRingLayout.HEAD_OFFSET, 0);
    int[] types = new int[1];
    FrameConsumer second = FrameConsumer.open(ring);
    assertThat(second.poll((b, o, l, type) -> types[0] = type, 10)).isEqualTo(1);
    assertThat(types[0]).isEqualTo(2);
  }
}
