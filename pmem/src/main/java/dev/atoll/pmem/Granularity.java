/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * The unit in which stores must be flushed, from the best to the worst.
 *
 * <p>A program states the worst it accepts ({@link MapTerms#requiring}) and gets that or better, or
 * a refusal with the reason. The idea is libpmem2's.
 */
public enum Granularity {
  /** A store is durable once it is visible; only a fence is needed (eADR). */
  BYTE,
  /** Cache lines are written back by an instruction, without a system call. */
  CACHE_LINE,
  /** Pages are written back by msync(2). */
  PAGE;

  /**
   * Tells whether this is as good as what a program accepts.
   *
   * @param worst the worst acceptable
   * @return true if this is the same or better
   */
  public boolean isWithin(Granularity worst) {
    return compareTo(worst) <= 0;
  }
}
