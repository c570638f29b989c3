/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What threads share to agree on who drives a loop. A class of its own, so that a test can stand
 * between any two steps.
 *
 * <p>All words but the count are volatile: {@link LoopHold} rests on one order of all accesses.
 */
@SuppressWarnings("UnusedVariable") // through the handles
class HoldWords {
  private static final VarHandle HOLDER;
  private static final VarHandle WAITERS;
  private static final VarHandle BORROWERS;
  private static final VarHandle SUMMONED;
  private static final VarHandle SLEEPING;
  private static final VarHandle HOLDS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      HOLDER = lookup.findVarHandle(HoldWords.class, "holder", Thread.class);
      WAITERS = lookup.findVarHandle(HoldWords.class, "waiters", LoopWaiter[].class);
      BORROWERS = lookup.findVarHandle(HoldWords.class, "borrowers", int.class);
      SUMMONED = lookup.findVarHandle(HoldWords.class, "isSummoned", boolean.class);
      SLEEPING = lookup.findVarHandle(HoldWords.class, "isSleeping", boolean.class);
      HOLDS = lookup.findVarHandle(HoldWords.class, "holds", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Thread holder;
  private volatile LoopWaiter[] waiters = LoopWaiter.NONE;
  private volatile int borrowers;
  private volatile boolean isSummoned;
  private volatile boolean isSleeping;
  private int holds;

  @Nullable Thread holder() {
    return holder;
  }

  boolean holderCas(Thread next) {
    return HOLDER.compareAndSet(this, (Thread) null, next);
  }

  void clearHolder() {
    holder = null;
  }

  /** How often the loop was taken, as far as the caller has heard; nothing is ordered by it. */
  int holds() {
    return (int) HOLDS.getOpaque(this);
  }

  /** Is called by the holder alone. */
  void countHold() {
    HOLDS.setOpaque(this, holds + 1);
  }

  LoopWaiter[] waiters() {
    return waiters;
  }

  boolean waitersCas(LoopWaiter[] expected, LoopWaiter[] next) {
    return WAITERS.compareAndSet(this, expected, next);
  }

  /** How many threads wait that could drive. */
  int borrowers() {
    return borrowers;
  }

  void addBorrowers(int change) {
    int _ = (int) BORROWERS.getAndAdd(this, change);
  }

  void setSummoned() {
    isSummoned = true;
  }

  boolean takeSummoned() {
    return isSummoned && (boolean) SUMMONED.getAndSet(this, false);
  }

  /** Is true from before the look at the commands that leads to a sleep until after the sleep. */
  void setSleeping(boolean value) {
    isSleeping = value;
  }

  /** Makes the caller, and nobody else, the one who ends a sleep. */
  boolean takeSleeping() {
    return isSleeping && SLEEPING.compareAndSet(this, true, false);
  }

  void park(Object blocker, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(blocker);
    } else {
      LockSupport.parkNanos(blocker, nanos);
    }
  }

  void unpark(@Nullable Thread thread) {
    LockSupport.unpark(thread);
  }

  /** The time by which the background thread stands by. */
  long nanos() {
    return System.nanoTime();
  }
}
