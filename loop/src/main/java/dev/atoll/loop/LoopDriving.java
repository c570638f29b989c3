/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.function.BooleanSupplier;

/** How borrowers drive an event loop. */
final class LoopDriving implements LoopHold.Driven {
  private final EventLoop loop;
  private final LoopOptions options;

  LoopDriving(EventLoop loop, LoopOptions options) {
    this.loop = loop;
    this.options = options;
  }

  @Override
  public boolean isOver() {
    return !loop.isOpen();
  }

  @Override
  public boolean hasWork() {
    return loop.hasCommands();
  }

  @Override
  public void evict() {
    boolean _ = loop.wakeSleeper();
  }

  @Override
  public WaitOutcome drive(BooleanSupplier isDone, long deadlineNanos) {
    LoopHold hold = loop.hold();
    IdlePolicy policy = options.borrowedIdlePolicy();
    long maxWaitNanos = policy.idle(1);
    loop.borrowedFor(isDone, deadlineNanos);
    try {
      WaitOutcome outcome = hold.outcome(isDone, deadlineNanos);
      while (outcome == null) {
        int work = loop.turn(Math.min(maxWaitNanos, hold.remainingNanos(deadlineNanos)));
        if (work > 0) {
          hold.wakeDone();
        }
        maxWaitNanos = policy.idle(work);
        outcome = hold.outcome(isDone, deadlineNanos);
      }
      return outcome;
    } finally {
      loop.borrowedFor(null, LoopHold.FOREVER);
    }
  }

  @Override
  public long nanos() {
    return options.clock().nanos();
  }

  @Override
  public void runCallbacks() {
    loop.runCallbacks();
  }
}
