/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import org.jspecify.annotations.Nullable;

/**
 * A task that a {@link TimerWheel} runs once at a deadline.
 *
 * <p>Thread safety: that of its wheel.
 */
public final class Timer {
  private final TimerWheel wheel;
  private final long deadlineNanos;
  final long tick;
  private @Nullable Runnable task;

  /** The list that the timer is in, and its neighbours there. */
  @Nullable TimerList list;

  @Nullable Timer next;
  @Nullable Timer previous;

  Timer(TimerWheel wheel, long deadlineNanos, long tick, Runnable task) {
    this.wheel = wheel;
    this.deadlineNanos = deadlineNanos;
    this.tick = tick;
    this.task = task;
  }

  /**
   * Takes the timer back, in constant time.
   *
   * @return whether the task will not run because of this call; false if it has run, is running, or
   *     was cancelled before
   */
  public boolean cancel() {
    if (task == null) {
      return false;
    }
    task = null;
    wheel.remove(this);
    return true;
  }

  /**
   * Tells whether the task is still to run.
   *
   * @return false once it has begun or was cancelled
   */
  public boolean isPending() {
    return task != null;
  }

  /**
   * Tells when the task is to run.
   *
   * @return the deadline that was given
   */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  void run() {
    Runnable taken = task;
    if (taken == null) {
      throw new AssertionError("a cancelled timer was still listed");
    }
    task = null;
    taken.run();
  }
}
