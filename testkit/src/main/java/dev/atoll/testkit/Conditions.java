/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded waits on conditions: the one place where tests poll. */
public final class Conditions {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Conditions() {}

  /**
   * Waits until a condition holds. It is asked at least once, and once more after the time is up.
   *
   * @param what the condition in words, for the error message
   * @param atMost how long to wait
   * @param condition what must become true; called by this thread only
   * @throws AssertionError if the condition does not hold in time, or the thread is interrupted
   */
  public static void await(String what, Duration atMost, BooleanSupplier condition) {
    Deadline deadline = Deadline.after(Clock.system(), atMost);
    while (!condition.getAsBoolean()) {
      if (deadline.isReached()) {
        if (condition.getAsBoolean()) {
          return;
        }
        throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting: " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
