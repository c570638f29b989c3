/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The ring under orders of single word accesses, as one processor after the other would make them.
 */
class SlotRingInterleavingTest {
  private static final int RANDOM_RUNS = 500;
  private static final int MOST_SYSTEMATIC_RUNS = 20_000;
  private static final int MOST_SWITCHES = 3;

  @Test
  void losesAndDoublesNothingUnderRandomOrders() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    for (int run = 0; run < RANDOM_RUNS; run++) {
      Random random = new Random(seed + run);
      int producers = 1 + random.nextInt(3);
      check("seed " + (seed + run), producers, 3, (count, current) -> random.nextInt(count));
    }
  }

  @Test
  void losesAndDoublesNothingUnderAllOrdersWithThreeSwitches() {
    // All runs that leave a task before its end at most three times: most races need no more
    // switches
    // (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).
    Deque<int[]> open = new ArrayDeque<>();
    open.add(new int[0]);
    int runs = 0;
    while (!open.isEmpty()) {
      int[] forced = open.removeLast();
      Switches switches = new Switches(forced);
      check("switches " + Arrays.toString(forced), 2, 1, switches);
      runs++;
      assertThat(runs).isLessThan(MOST_SYSTEMATIC_RUNS);
      if (forced.length < 2 * MOST_SWITCHES) {
        int from = forced.length == 0 ? 0 : forced[forced.length - 2] + 1;
        for (int step = from; step < switches.widths.size(); step++) {
          for (int other = 1; other < switches.widths.get(step); other++) {
            int[] more = Arrays.copyOf(forced, forced.length + 2);
            more[forced.length] = step;
            more[forced.length + 1] = other;
            open.addLast(more);
          }
        }
      }
    }
    System.out.println("systematic runs=" + runs);
    assertThat(runs).isGreaterThan(100);
  }

  /** Producers offer until all are in, the consumer polls until it has all: capacity two. */
  private static void check(String run, int producers, int each, Interleavings.Chooser chooser) {
    Interleavings steps = new Interleavings(chooser);
    Words memory = new HeapWords(SlotRing.sizeBytesFor(2));
    SlotRing ring = SlotRing.create(memory, 2);
    SlotRing watched = SlotRing.attach(steps.watch(memory), 2);
    List<Long> polled = new ArrayList<>();
    long all = (long) producers * each;
    for (int p = 0; p < producers; p++) {
      long name = p;
      steps.task(() -> {
        for (long i = 0; i < each; i++) {
          // Bounded, since one task may be chosen for long; what is refused is not expected.
          long position = SlotRing.FULL;
          for (int tries = 0; tries < 4 && position == SlotRing.FULL; tries++) {
            position = watched.offer(Interleavings.payload(name << 32 | i), 0, 8);
          }
          assertThat(position).isNotEqualTo(SlotRing.CORRUPT);
          if (position == SlotRing.FULL) {
            return;
          }
        }
      });
    }
    steps.task(() -> {
      for (int tries = 0; tries < 8 && polled.size() < all; tries++) {
        long count = watched.poll((w, at) -> polled.add(w.longPlain(at)), 2);
        assertThat(count).isNotEqualTo(SlotRing.CORRUPT);
      }
    });
    steps.run();
    long rest = watched.poll((w, at) -> polled.add(w.longPlain(at)), 4);
    assertThat(rest).as(run).isNotEqualTo(SlotRing.CORRUPT);
    assertThat(polled).as(run).hasSize((int) memory.longPlain(SlotRingLayout.TAIL_OFFSET));
    assertThat(polled).as(run).doesNotHaveDuplicates();
    for (long p = 0; p < producers; p++) {
      long name = p;
      assertThat(polled.stream().filter(v -> v >> 32 == name)).as(run).isSorted();
    }
    assertThat(ring.capacitySlots()).isEqualTo(2);
  }

  /** Stays with the task that moves, but for given steps: pairs of step and distance. */
  private static final class Switches implements Interleavings.Chooser {
    private final int[] forced;
    private final List<Integer> widths = new ArrayList<>();

    Switches(int[] forced) {
      this.forced = forced;
    }

    @Override
    public int choose(int count, int current) {
      int step = widths.size();
      widths.add(count);
      int choice = Math.max(0, current);
      for (int i = 0; i < forced.length; i += 2) {
        if (forced[i] == step) {
          choice += forced[i + 1];
        }
      }
      return choice % count;
    }
  }
}
