/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring between real threads, over two mappings of the same shared memory. */
class SlotRingStressTest {
  private static final int PRODUCERS = 3;
  private static final long EACH = 200_000;
  private static final long DEADLINE_NANOS = 60_000_000_000L;

  @ParameterizedTest
  @ValueSource(ints = {2, 64, 1024})
  void losesAndDoublesNothing(int capacity) throws InterruptedException {
    Posix posix = Posix.system();
    long size = SharedMemory.pagesFor(posix, SlotRing.sizeBytesFor(capacity));
    try (SharedMemory memory = SharedMemory.create(posix, "ring", size);
        SharedMemory other =
            SharedMemory.adopt(posix, posix.duplicate(memory.descriptor()), size)) {
      SlotRing consumer = SlotRing.create(new SegmentWords(memory.segment()), capacity);
      long each = capacity == 2 ? EACH / 10 : EACH;
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> producers = new ArrayList<>();
      for (int p = 0; p < PRODUCERS; p++) {
        long name = p;
        SlotRing producer = SlotRing.attach(new SegmentWords(other.segment()), capacity);
        producers.add(
            Thread.ofPlatform()
                .daemon()
                .start(() -> {
                  try {
                    produce(producer, name, each);
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                }));
      }
      consume(consumer, each, failure);
      for (Thread producer : producers) {
        producer.join(10_000);
        assertThat(producer.isAlive()).isFalse();
      }
    }
  }

  private static void produce(SlotRing ring, long name, long each) {
    MemorySegment payload = Arena.ofAuto().allocate(56, 8);
    for (long i = 0; i < each; i++) {
      for (int word = 0; word < 7; word++) {
        payload.setAtIndex(JAVA_LONG, word, name << 32 | i);
      }
      boolean isAborting = i % 17 == 0;
      if (isAborting) {
        long position = ring.claim();
        if (position >= 0) {
          ring.abort(position);
        }
      }
      long position = ring.offer(payload, 0, 56);
      while (position == SlotRing.FULL) {
        pause();
        position = ring.offer(payload, 0, 56);
      }
      assertThat(position).isNotNegative();
    }
  }

  private static void consume(SlotRing ring, long each, AtomicReference<Throwable> failure) {
    long[] next = new long[PRODUCERS];
    long start = System.nanoTime();
    long got = 0;
    while (got < PRODUCERS * each) {
      long count =
          ring.poll(
              (words, at) -> {
                long first = words.longPlain(at);
                for (int word = 1; word < 7; word++) {
                  if (words.longPlain(at + word * 8L) != first) {
                    throw new AssertionError("torn message");
                  }
                }
                int name = (int) (first >> 32);
                if ((int) first != next[name]++) {
                  throw new AssertionError("producer " + name + " out of order: " + (int) first);
                }
              },
              128);
      assertThat(count).isNotNegative();
      got += count;
      if (count == 0) {
        pause();
        assertThat(failure.get()).isNull();
        assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // more threads than processors
  private static void pause() {
    Thread.yield();
  }
}
