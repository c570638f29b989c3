/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.WaitOutcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts transfers that have ended, so that one thread can keep several under way.
 *
 * <p>Thread safety: all methods by any thread. What ended transfers have stored is seen by whoever
 * has seen them counted. Counting and waiting allocate nothing while the waiting thread drives the
 * loop.
 */
public final class CompletionCounter {
  private static final VarHandle ENDED;
  private static final VarHandle FAILED;

  static {
    try {
      var lookup = MethodHandles.lookup();
      ENDED = lookup.findVarHandle(CompletionCounter.class, "ended", long.class);
      FAILED = lookup.findVarHandle(CompletionCounter.class, "failed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;

  private volatile long ended;
  private volatile long failed;

  /** One that nobody waits for at the moment, so that waiting allocates nothing. */
  private final AtomicReference<@Nullable Goal> spare = new AtomicReference<>();

  /** What a thread waits for. */
  private final class Goal implements BooleanSupplier {
    private volatile long count;

    @Override
    public boolean getAsBoolean() {
      return ended >= count;
    }
  }

  CompletionCounter(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Tells how many transfers have ended.
   *
   * @return the number since this was made
   */
  public long ended() {
    return ended;
  }

  /**
   * Tells how many of them have failed.
   *
   * @return the number since this was made
   */
  public long failed() {
    return failed;
  }

  /**
   * Waits until so many transfers have ended.
   *
   * @param count the number since this was made
   * @param timeout how long to wait, negative for ever
   * @return whether they have; false if the time was up first
   * @throws InterruptedException if the thread was interrupted first
   * @throws LnetException if the node was closed
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  public boolean await(long count, Duration timeout) throws InterruptedException {
    if (ended >= count) {
      return true;
    }
    Goal taken = spare.getAndSet(null);
    Goal goal = taken == null ? new Goal() : taken;
    goal.count = count;
    WaitOutcome outcome = loop.await(goal, timeout.toNanos());
    spare.set(goal);
    return LnetErrors.isDone(outcome);
  }

  /** Counts one; on the loop alone. */
  void count(int status) {
    if (status != 0) {
      FAILED.setVolatile(this, failed + 1);
    }
    ENDED.setVolatile(this, ended + 1);
  }
}
