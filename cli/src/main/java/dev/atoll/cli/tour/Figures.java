/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.base.Clock;
import java.util.ArrayList;
import java.util.List;

/** A quick look at the speed of an operation; {@code atoll bench} is the careful one. */
final class Figures {
  /** A batch this long makes the cost of reading the clock vanish. */
  private static final long BATCH_NANOS = 50_000;

  private static final int MOST_BATCHES = 100_000;
  private static final int MOST_TIMES = 1 << 20;

  private final Clock clock;

  Figures(Clock clock) {
    this.clock = clock;
  }

  /** Something that is done a number of times in one loop of its own. */
  @FunctionalInterface
  interface Batch {
    void run(int times);
  }

  /** Warms up for a third of the time and gives the median of one operation, in nanoseconds. */
  double medianNanos(long budgetNanos, Batch batch) {
    int times = warmUp(budgetNanos / 3, batch);
    List<Long> samples = new ArrayList<>();
    long end = clock.nanos() + budgetNanos * 2 / 3;
    do {
      long start = clock.nanos();
      batch.run(times);
      samples.add(clock.nanos() - start);
    } while (clock.nanos() - end < 0 && samples.size() < MOST_BATCHES);
    return (double) median(samples) / times;
  }

  private int warmUp(long budgetNanos, Batch batch) {
    int times = 1;
    long end = clock.nanos() + budgetNanos;
    do {
      long start = clock.nanos();
      batch.run(times);
      long took = clock.nanos() - start;
      if (took < BATCH_NANOS && times < MOST_TIMES) {
        times *= 2;
      } else if (took > 4 * BATCH_NANOS && times > 1) {
        times /= 2;
      }
    } while (clock.nanos() - end < 0);
    return times;
  }

  static long median(List<Long> samples) {
    List<Long> sorted = samples.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
