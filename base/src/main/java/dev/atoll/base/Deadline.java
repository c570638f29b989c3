/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import java.time.Duration;

/**
 * A point on a {@link Clock} at which a wait gives up.
 *
 * @param clock the clock that decides
 * @param atNanos the reading of that clock at which the time is up; ignored when {@code isForever}
 * @param isForever whether the wait never gives up
 */
public record Deadline(Clock clock, long atNanos, boolean isForever) {
  /** A wait longer than this (292 years would overflow the clock) counts as for ever. */
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  /**
   * Makes a deadline that lies a given time ahead.
   *
   * @param clock the clock that decides
   * @param timeout how far ahead; negative means for ever, as in poll(2); zero means just look
   * @return the deadline
   */
  public static Deadline after(Clock clock, Duration timeout) {
    if (timeout.isNegative() || timeout.compareTo(Duration.ofNanos(LONGEST_NANOS)) > 0) {
      return never(clock);
    }
    return new Deadline(clock, clock.nanos() + timeout.toNanos(), false);
  }

  /**
   * Makes a deadline that is never reached.
   *
   * @param clock the clock that the result carries
   * @return the deadline
   */
  public static Deadline never(Clock clock) {
    return new Deadline(clock, 0, true);
  }

  /**
   * Tells how much time is left.
   *
   * @return nanoseconds, zero when the time is up, {@link Long#MAX_VALUE} when it never will be
   */
  public long remainingNanos() {
    return isForever ? Long.MAX_VALUE : Math.max(0, atNanos - clock.nanos());
  }

  /**
   * Tells whether the time is up.
   *
   * @return true from the deadline on
   */
  public boolean isReached() {
    return remainingNanos() == 0;
  }
}
