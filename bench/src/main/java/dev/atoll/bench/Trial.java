/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.List;

/**
 * Candidates that do the same, to be measured in turns.
 *
 * @param name of the operation
 * @param size bytes of one operation
 * @param mode how it is done: threads, carrier
 * @param unit of the values, which also tells whether the operation waits: what is told in
 *     microseconds does
 * @param candidates the first is the floor or peer if there is one
 * @param hasPeer whether the others are compared with the first
 */
record Trial(
    String name, long size, String mode, Unit unit, List<Candidate> candidates, boolean hasPeer) {
  Trial {
    candidates = List.copyOf(candidates);
  }

  /** The same without one of the candidates. */
  Trial without(String candidate) {
    List<Candidate> rest =
        candidates.stream().filter(each -> !each.name().equals(candidate)).toList();
    return new Trial(name, size, mode, unit, rest, hasPeer);
  }

  /** Tells whether operations do nothing but compute, so that a wait is a disturbance. */
  boolean isComputing() {
    return unit != Unit.MICROS;
  }

  /** What values are given in. */
  enum Unit {
    NANOS("ns"),
    MICROS("us"),
    GIGABYTES_PER_SECOND("GB/s");

    private final String symbol;

    Unit(String symbol) {
      this.symbol = symbol;
    }

    String symbol() {
      return symbol;
    }

    boolean isLessBetter() {
      return this != GIGABYTES_PER_SECOND;
    }

    /** Turns the time of one operation into a value. */
    double of(double nanos, long size) {
      return switch (this) {
        case NANOS -> nanos;
        case MICROS -> nanos / 1_000;
        case GIGABYTES_PER_SECOND -> size / nanos;
      };
    }

    /** Small operations are told by their time, large ones by their rate. */
    static Unit forCopyOf(long size) {
      return size < 4096 ? NANOS : GIGABYTES_PER_SECOND;
    }
  }
}
