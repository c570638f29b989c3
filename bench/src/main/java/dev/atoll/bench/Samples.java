/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.Arrays;

/** Percentiles of a small set of numbers. */
final class Samples {
  private static final double LOW = 0.1;
  private static final double HIGH = 0.9;

  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  static Samples of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no samples");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  static double median(double... values) {
    return of(values).median();
  }

  double median() {
    return at(0.5);
  }

  double low() {
    return at(LOW);
  }

  double high() {
    return at(HIGH);
  }

  /** Linear between neighbours. */
  double at(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Tells between which samples the true median lies with a confidence of 99 %, whatever the
   * distribution: order statistics of the binomial distribution, in its normal approximation (W. J.
   * Conover, Practical Nonparametric Statistics, "confidence interval for a quantile").
   */
  double[] medianInterval() {
    double half = 2.576 * Math.sqrt(sorted.length) / 2;
    int low = (int) Math.max(0, Math.floor(sorted.length / 2.0 - half));
    int high = (int) Math.min(sorted.length - 1.0, Math.ceil(sorted.length / 2.0 + half));
    return new double[] {sorted[low], sorted[high]};
  }
}
