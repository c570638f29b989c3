/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Seeds;
import dev.atoll.testkit.Soak;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulesTest {
  /** What {@code ./check --sim} runs. */
  private static final String SIM_TAG = "sim";

  private static final int SLICE = 2_000;

  /** A schedule has one thread; a batch has as many as there are processors. */
  private static final int BATCH = 500;

  private static final long ENDLESS = Long.MAX_VALUE;

  private final long seed = Seeds.of(SchedulesTest.class);

  @Test
  void keepsEveryPromiseUnderFaults() {
    for (int i = 0; i < SLICE; i++) {
      run(seed + i, 2 + i % 3, 8);
    }
  }

  /** A node that was closed while messages failed began to ping their targets for recovery. */
  @ParameterizedTest
  @ValueSource(longs = 279)
  void closesWhileMessagesFail(long schedule) {
    run(schedule, 2 + (int) ((schedule - 1) % 3), 8);
  }

  @Test
  void goesTheSameWayTwice() {
    for (int i = 0; i < 20; i++) {
      assertThat(run(seed + i, 4, 20)).isEqualTo(run(seed + i, 4, 20));
    }
    assertThat(run(seed, 4, 20)).isNotEqualTo(run(seed + 1, 4, 20));
  }

  @Test
  void holdsHundredsOfNodesOnOneThread() {
    run(seed, 300, 2_000);
  }

  @Test
  @Tag(Soak.TAG)
  @Tag(SIM_TAG)
  void keepsEveryPromiseForLong() throws Exception {
    System.out.println("schedules from seed " + seed);
    long batches =
        Soak.repeat(
            "batches of " + BATCH + " schedules",
            ENDLESS,
            batch ->
                LongStream.range(batch * BATCH, (batch + 1) * BATCH)
                    .parallel()
                    .forEach(turn -> run(seed + turn, 2 + (int) (turn % 3), 8)));
    System.out.println("schedules=" + batches * BATCH);
  }

  private static long run(long seed, int nodes, int operations) {
    try (Schedule schedule = new Schedule(seed, nodes, operations, false)) {
      return schedule.run().hash();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "schedule failed: seed=" + seed + " nodes=" + nodes + " operations=" + operations, e);
    }
  }
}
