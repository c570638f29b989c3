/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.base.Clock;

/** A clock that stands still until it is told to move. Not thread-safe. */
public final class SimulatedClock implements Clock {
  private long nanos;

  /** Makes a clock that shows zero. */
  public SimulatedClock() {}

  @Override
  public long nanos() {
    return nanos;
  }

  /**
   * Moves the clock.
   *
   * @param nanos how far; zero or more
   */
  public void advance(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("nanos=" + nanos + " would go back");
    }
    this.nanos += nanos;
  }
}
