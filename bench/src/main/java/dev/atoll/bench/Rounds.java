/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The method: in every round each candidate runs once, in shuffled order, for a fixed number of
 * operations that takes about a millisecond; the ratio to the peer is taken within the round.
 *
 * <p>What disturbs the machine for longer than a round hits peer and candidate alike and leaves the
 * ratio; what is shorter hits single rounds and leaves the median.
 */
final class Rounds {
  private static final double NANOS_PER_SAMPLE = 1e6;
  private static final int WARM_SAMPLES = 15;
  private static final int WARM_BATCHES_LEAST = 3;
  private static final int WARM_BATCHES_MOST = 14;
  private static final double STABLE = 0.02;
  private static final int REPEATS_MOST = 40;

  private final int count;
  private final Random random;
  private final Crew crew;
  private long repeats;

  Rounds(int count, Random random, Crew crew) {
    this.count = count;
    this.random = random;
    this.crew = crew;
  }

  /** Measures; gives nanoseconds by candidate and round. */
  double[][] measure(Trial trial) throws InterruptedException {
    long[] operations = calibrate(trial);
    warm(trial, operations);
    operations = calibrate(trial);
    double[][] nanos = new double[trial.candidates().size()][count];
    for (int round = 0; round < count; round++) {
      for (int index : shuffled(nanos.length)) {
        nanos[index][round] = undisturbed(trial, index, operations[index]);
      }
    }
    return nanos;
  }

  /**
   * Repeats a sample during which the kernel gave the core to somebody else, within bounds. Only
   * where the operation itself never waits can that be told.
   */
  private double undisturbed(Trial trial, int index, long operations) throws InterruptedException {
    Candidate candidate = trial.candidates().get(index);
    boolean isComputing = trial.isComputing() && !candidate.isWaiting();
    Crew.Sample sample = crew.sample(candidate, operations);
    for (int i = 0; i < REPEATS_MOST && sample.isDisturbed() && isComputing; i++) {
      repeats++;
      sample = crew.sample(candidate, operations);
    }
    return sample.nanos();
  }

  /** Tells how many samples were repeated so far. */
  long repeats() {
    return repeats;
  }

  /** Runs until the medians of all candidates have come to rest, within bounds. */
  private void warm(Trial trial, long[] operations) throws InterruptedException {
    double[] before = batch(trial, operations);
    for (int i = 1; i < WARM_BATCHES_MOST; i++) {
      double[] now = batch(trial, operations);
      boolean isStable = i >= WARM_BATCHES_LEAST;
      for (int c = 0; c < now.length; c++) {
        isStable &= Math.abs(now[c] / before[c] - 1) < STABLE;
      }
      if (isStable) {
        return;
      }
      before = now;
    }
  }

  private double[] batch(Trial trial, long[] operations) throws InterruptedException {
    double[][] samples = new double[trial.candidates().size()][WARM_SAMPLES];
    for (int sample = 0; sample < WARM_SAMPLES; sample++) {
      for (int c = 0; c < samples.length; c++) {
        samples[c][sample] = crew.sample(trial.candidates().get(c), operations[c]).nanos();
      }
    }
    double[] medians = new double[samples.length];
    for (int c = 0; c < samples.length; c++) {
      medians[c] = Samples.median(samples[c]);
    }
    return medians;
  }

  private long[] calibrate(Trial trial) throws InterruptedException {
    long[] operations = new long[trial.candidates().size()];
    for (int c = 0; c < operations.length; c++) {
      operations[c] = calibrate(trial.candidates().get(c));
    }
    return operations;
  }

  /** The best of three, so that one disturbed sample does not make all others too short. */
  private long calibrate(Candidate candidate) throws InterruptedException {
    long operations = 1;
    while (true) {
      double best = Double.MAX_VALUE;
      for (int i = 0; i < 3; i++) {
        best = Math.min(best, crew.sample(candidate, operations).nanos());
      }
      if (best * operations * 2 >= NANOS_PER_SAMPLE) {
        return Math.max(1, Math.round(NANOS_PER_SAMPLE / best));
      }
      operations *= 2;
    }
  }

  private List<Integer> shuffled(int size) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    return order;
  }

  /** The rows of a trial. */
  static List<Row> rows(Trial trial, int run, double[][] nanos) {
    List<Row> rows = new ArrayList<>();
    for (int c = 0; c < nanos.length; c++) {
      double value = trial.unit().of(Samples.median(nanos[c]), trial.size());
      boolean isCompared = trial.hasPeer() && c > 0;
      Samples ratios = isCompared ? ratios(trial, nanos[c], nanos[0]) : Samples.of(Double.NaN);
      rows.add(
          new Row(
              run,
              trial.name() + ": " + trial.candidates().get(c).name(),
              trial.size(),
              trial.mode(),
              value,
              trial.unit().symbol(),
              isCompared ? trial.candidates().getFirst().name() : "",
              ratios.median(),
              ratios.low(),
              ratios.high(),
              ""));
    }
    return rows;
  }

  /** Own value by the peer's, in the unit of the trial. */
  static Samples ratios(Trial trial, double[] own, double[] peer) {
    double[] ratios = new double[own.length];
    for (int i = 0; i < own.length; i++) {
      ratios[i] = trial.unit().isLessBetter() ? own[i] / peer[i] : peer[i] / own[i];
    }
    return Samples.of(ratios);
  }
}
