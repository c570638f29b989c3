/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Random;

/** One whole run of a group, in a JVM of its own: takes trials, gives out rows. */
final class Bench {
  private static final int ROUNDS_OF_SLOW = 31;
  private static final long SLOW_BYTES = 16 << 20;

  private final Plan plan;
  private final int run;
  private final PrintStream out;
  private final Crew crew;
  private final Random random;

  Bench(Plan plan, int run, Crew crew, PrintStream out) {
    this.plan = plan;
    this.run = run;
    this.crew = crew;
    this.out = out;
    this.random = new Random(plan.seed() + run);
  }

  Plan plan() {
    return plan;
  }

  /** Where files on a disk go. */
  Path directory() {
    return plan.directory();
  }

  /** Measures; a peer that does not answer in time is a row that says so, and the rest goes on. */
  void measure(Trial trial) throws InterruptedException {
    Trial rest = trial;
    while (!rest.candidates().isEmpty()) {
      try {
        take(rest);
        return;
      } catch (StalledPeerException e) {
        skip(trial, e.candidate(), e.reason());
        rest = rest.without(e.candidate());
      }
    }
  }

  private void take(Trial trial) throws InterruptedException {
    int rounds =
        trial.size() >= SLOW_BYTES ? Math.min(ROUNDS_OF_SLOW, plan.rounds()) : plan.rounds();
    double[][] nanos = new Rounds(rounds, random, crew).measure(trial);
    Rounds.rows(trial, run, nanos).forEach(this::emit);
  }

  void skip(Trial trial, String candidate, String reason) {
    emit(Row.skipped(trial, run, candidate, reason));
  }

  /** Gives out what was measured by other means than rounds. */
  void tell(Trial trial, String candidate, double value, String unit) {
    emit(Row.told(trial, run, candidate, value, unit));
  }

  private void emit(Row row) {
    out.println(row.toLine());
    out.flush();
  }
}
