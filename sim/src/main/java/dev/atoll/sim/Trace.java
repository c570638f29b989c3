/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Supplier;

/**
 * What happened in a simulation: a hash over everything, and the last steps in words if they are
 * wanted. Two runs of one seed have the same hash, or the simulation depends on something that it
 * does not own. Not thread-safe.
 */
public final class Trace {
  private static final int LINES_KEPT = 200;
  private static final long SEED = 0x9E3779B97F4A7C15L;

  private final boolean keepsLines;
  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private long hash = SEED;
  private long steps;

  /**
   * Makes an empty trace.
   *
   * @param keepsLines whether the last steps are kept in words, which takes time
   */
  public Trace(boolean keepsLines) {
    this.keepsLines = keepsLines;
  }

  /**
   * Adds a step.
   *
   * @param nanos when
   * @param what a number of what happened and to whom
   * @param words the same for people; asked for only if lines are kept
   */
  public void step(long nanos, long what, Supplier<String> words) {
    steps++;
    hash = mix(hash ^ mix(nanos) ^ mix(what + SEED));
    if (keepsLines) {
      if (lines.size() == LINES_KEPT) {
        lines.removeFirst();
      }
      lines.addLast(nanos + " " + words.get());
    }
  }

  /**
   * Gives the hash of all steps so far, in their order.
   *
   * @return the hash
   */
  public long hash() {
    return hash;
  }

  /**
   * Tells how much has happened.
   *
   * @return steps
   */
  public long steps() {
    return steps;
  }

  /**
   * Gives the last steps.
   *
   * @return at most 200 lines, oldest first; empty if none are kept
   */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** The finishing step of SplitMix64: every bit of the input moves every bit of the output. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
