/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/** When a neighbour that could not be reached is tried again: the pause doubles up to a bound. */
final class Backoff {
  private final long leastNanos;
  private final long mostNanos;
  private long pauseNanos;
  private long untilNanos;
  private int status;

  Backoff(long leastNanos, long mostNanos) {
    this.leastNanos = leastNanos;
    this.mostNanos = mostNanos;
  }

  /** An attempt has failed. */
  void failed(long nowNanos, int why) {
    pauseNanos = pauseNanos == 0 ? leastNanos : Math.min(mostNanos, pauseNanos * 2);
    untilNanos = nowNanos + pauseNanos;
    status = why;
  }

  /** An attempt has succeeded. */
  void reset() {
    pauseNanos = 0;
    status = 0;
  }

  /** Tells whether the next attempt may begin. */
  boolean isOver(long nowNanos) {
    return pauseNanos == 0 || nowNanos - untilNanos >= 0;
  }

  /** Why the last attempt failed. */
  int status() {
    return status;
  }
}
