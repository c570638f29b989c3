/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Turns the method on itself: a kernel beside its twin must look equal, beside one that does 5 %
 * more it must look slower.
 */
final class SelfTest {
  private static final long FILE_BYTES = 64L << 20;
  private static final long SIZE = 64;

  /** One operation in twenty is done twice. */
  private static final long PLANTED_EVERY = 20;

  private final Plan plan;
  private final int runs;
  private final PrintStream out;

  SelfTest(Plan plan, int runs, PrintStream out) {
    this.plan = plan;
    this.runs = runs;
    this.out = out;
  }

  /** Gives the exit code: 0 if every run passed. */
  int run() throws InterruptedException {
    boolean isPassed = true;
    try (BenchFile file = BenchFile.inMemory(FILE_BYTES);
        Crew crew = new Crew()) {
      for (int run = 1; run <= runs; run++) {
        isPassed &= run(file, crew, run);
      }
    }
    out.println(isPassed ? "PASSED" : "FAILED");
    return isPassed ? 0 : 1;
  }

  private boolean run(BenchFile file, Crew crew, int run) throws InterruptedException {
    var mapping = file.mapping();
    Walk walk = Walk.of(0, FILE_BYTES, SIZE);
    Class<? extends Kernel> template = PersistKernels.Slowed.class;
    var trial =
        new Trial(
            "self-test",
            SIZE,
            "run " + run,
            Trial.Unit.NANOS,
            List.of(
                Candidate.of("the same", template, mapping, walk, 0L),
                Candidate.of("its twin", template, mapping, walk, 0L),
                Candidate.of("5 % more", template, mapping, walk, PLANTED_EVERY)),
            true);
    double[][] nanos =
        new Rounds(plan.rounds(), new Random(plan.seed() + run), crew).measure(trial);
    boolean isTwinEqual = isOneInside(show("its twin", trial, nanos[1], nanos[0], run));
    boolean isPlantedSeen = !isOneInside(show("5 % more", trial, nanos[2], nanos[0], run));
    out.println(
        "run "
            + run
            + ": the twin looks "
            + (isTwinEqual ? "equal" : "DIFFERENT")
            + ", the planted 5 % is "
            + (isPlantedSeen ? "seen" : "NOT SEEN"));
    return isTwinEqual && isPlantedSeen;
  }

  private double[] show(String name, Trial trial, double[] own, double[] peer, int run) {
    Samples ratios = Rounds.ratios(trial, own, peer);
    double[] interval = ratios.medianInterval();
    out.println(
        String.format(
            Locale.ROOT,
            "run %d: %s: ratio %.4f, 99 %% interval %.4f-%.4f, 10th-90th percentile %.3f-%.3f,"
                + " %.1f ns",
            run,
            name,
            ratios.median(),
            interval[0],
            interval[1],
            ratios.low(),
            ratios.high(),
            Samples.median(own)));
    return interval;
  }

  private static boolean isOneInside(double[] interval) {
    return interval[0] <= 1 && 1 <= interval[1];
  }
}
