/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static Trial trial(Trial.Unit unit, Kernel... kernels) {
    var candidates =
        java.util.Arrays.stream(kernels)
            .map(kernel -> new Candidate("k", List.of(kernel)))
            .toList();
    return new Trial("op", 1000, "mode", unit, candidates, true);
  }

  @Test
  void comparesWithinTheRoundSoThatWhatSlowsBothLeavesTheRatio() {
    Trial trial = trial(Trial.Unit.NANOS, operations -> {}, operations -> {});
    double[][] nanos = {{10, 100, 1000, 10, 10}, {20, 200, 2000, 20, 20}};

    Row row = Rounds.rows(trial, 1, nanos).get(1);

    assertThat(row.ratio()).isCloseTo(2, within(1e-9));
    assertThat(row.low()).isCloseTo(2, within(1e-9));
    assertThat(row.high()).isCloseTo(2, within(1e-9));
    assertThat(row.value()).isCloseTo(20, within(1e-9));
  }

  @Test
  void givesRatesWhoseRatioIsAboveOneForTheFaster() {
    Trial trial = trial(Trial.Unit.GIGABYTES_PER_SECOND, operations -> {}, operations -> {});

    Row row = Rounds.rows(trial, 1, new double[][] {{100}, {50}}).get(1);

    assertThat(row.value()).isCloseTo(20, within(1e-9));
    assertThat(row.ratio()).isCloseTo(2, within(1e-9));
  }

  @Test
  void runsEveryCandidateOfEveryThreadInEveryRound() throws InterruptedException {
    var first = new Counting();
    var second = new Counting();
    var alone = new Counting();
    var candidates =
        List.of(
            new Candidate("alone", List.of(alone)), new Candidate("two", List.of(first, second)));
    var trial = new Trial("op", 8, "mode", Trial.Unit.NANOS, candidates, true);
    try (Crew crew = new Crew()) {
      double[][] nanos = new Rounds(5, new Random(1), crew).measure(trial);

      assertThat(nanos).hasDimensions(2, 5);
      assertThat(nanos[0]).doesNotContain(0);
    }
    assertThat(first.runs).isEqualTo(second.runs).isGreaterThan(5);
    assertThat(alone.runs).isGreaterThan(5);
  }

  private static final class Counting implements Kernel {
    private int runs;
    private long spun;

    @Override
    public void run(long operations) {
      runs++;
      for (long i = 0; i < operations; i++) {
        spun += Long.hashCode(spun ^ i);
      }
    }
  }
}
