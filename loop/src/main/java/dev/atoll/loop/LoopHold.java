/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.base.CheckReturnValue;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Settles who drives a loop: its background thread, or a thread that waits for what the loop does
 * and drives it meanwhile.
 *
 * <pre>
 *                    a borrower comes: evicted, releases, hands over
 *    BACKGROUND drives ------------------------------------------&gt; stands by, parked 1 ms at a time
 *         ^                                                                 |
 *         +---- summoned, or nobody took the loop for 1 ms &lt;---------------+
 *
 *    a borrower:   tries to take it -- has it --&gt; drives till its wait ends --&gt; releases, hands over
 *                       |    ^
 *             not: listed    | woken by a hand-over or when its condition holds
 *                       v    |
 *                       parked
 * </pre>
 *
 * <p>The rules: whoever releases, and whoever leaves while nobody holds, hands over ({@link
 * #handOver}). A thread parks only after it was listed and then looked once more at all it waits
 * for. Who changes what a listed thread waits for looks at the list afterwards. Since all words are
 * volatile, of two that do so at the same time one sees the other.
 */
final class LoopHold {
  /** How long a loop may be undriven while work is not announced by a command. */
  static final long STANDBY_NANOS = 1_000_000;

  /** A deadline that never comes. */
  static final long FOREVER = Long.MAX_VALUE;

  /** What is driven. */
  interface Driven {
    /** Tells whether waits must end since the loop will. */
    boolean isOver();

    /** Tells whether there is work that was announced. */
    boolean hasWork();

    /** Ends the background thread's sleep, if it sleeps. */
    void evict();

    /** Drives until the wait of the caller, who holds the loop, has ended. */
    WaitOutcome drive(BooleanSupplier isDone, long deadlineNanos);

    /** Reads the clock of deadlines. */
    long nanos();

    /** Runs what only the background thread runs, and without the loop. */
    void runCallbacks();
  }

  private final HoldWords words;
  private final Driven driven;
  private volatile @Nullable Thread background;

  LoopHold(HoldWords words, Driven driven) {
    this.words = words;
    this.driven = driven;
  }

  /** Names the thread that drives when nobody else does. */
  void background(Thread thread) {
    background = thread;
  }

  @Nullable Thread holder() {
    return words.holder();
  }

  boolean isHeldHere() {
    return Thread.currentThread().equals(words.holder());
  }

  boolean isBackground() {
    return Thread.currentThread().equals(background);
  }

  /** Tells the background thread whether another wants to drive. */
  boolean isWanted() {
    return words.borrowers() > 0;
  }

  @CheckReturnValue
  boolean tryHold() {
    if (words.holder() != null || !words.holderCas(Thread.currentThread())) {
      return false;
    }
    words.countHold();
    return true;
  }

  void release() {
    words.clearHolder();
    handOver();
  }

  /** Gives the loop up for good; all who wait look for themselves. */
  void end() {
    words.clearHolder();
    for (LoopWaiter each : words.waiters()) {
      words.unpark(each.thread());
    }
  }

  /** Wakes the listed threads whose conditions hold; called by the holder after work was done. */
  void wakeDone() {
    for (LoopWaiter each : words.waiters()) {
      if (each.isDone().getAsBoolean()) {
        words.unpark(each.thread());
      }
    }
  }

  /** Makes the background thread look now. */
  void summon() {
    words.setSummoned();
    words.unpark(background);
  }

  /** Makes sure that announced work is seen by somebody. */
  void announce() {
    if (words.holder() == null) {
      summon();
    }
  }

  /** Waits, and drives meanwhile if the loop can be had; not for a thread that holds it. */
  WaitOutcome await(BooleanSupplier isDone, long deadlineNanos) {
    boolean mayBorrow = !Thread.currentThread().isVirtual();
    if (mayBorrow) {
      words.addBorrowers(1);
    }
    LoopWaiter listed = null;
    try {
      while (true) {
        WaitOutcome outcome = outcome(isDone, deadlineNanos);
        if (outcome != null) {
          return outcome;
        }
        if (mayBorrow && tryHold()) {
          try {
            return driven.drive(isDone, deadlineNanos);
          } finally {
            words.clearHolder();
          }
        }
        if (listed == null) {
          listed = new LoopWaiter(Thread.currentThread(), isDone, mayBorrow);
          list(listed);
        } else {
          sleep(mayBorrow, deadlineNanos);
        }
      }
    } finally {
      leave(listed, mayBorrow);
    }
  }

  /** Tells how a wait has ended, or null. */
  @Nullable WaitOutcome outcome(BooleanSupplier isDone, long deadlineNanos) {
    if (isDone.getAsBoolean()) {
      return WaitOutcome.DONE;
    }
    if (driven.isOver()) {
      return WaitOutcome.ENDED;
    }
    if (Thread.currentThread().isInterrupted()) {
      return WaitOutcome.INTERRUPTED;
    }
    return remainingNanos(deadlineNanos) == 0 ? WaitOutcome.TIMED_OUT : null;
  }

  /** Tells how much time is left: zero if none, {@link #FOREVER} if without end. */
  long remainingNanos(long deadlineNanos) {
    return deadlineNanos == FOREVER ? FOREVER : Math.max(0, deadlineNanos - driven.nanos());
  }

  /**
   * Waits without the loop until it should be driven by the background thread, and takes it.
   *
   * @param isShort whether to take it back as soon as the callbacks have run
   */
  void standBy(boolean isShort) {
    int seenHolds = words.holds();
    long sinceNanos = words.nanos();
    boolean isDue = isShort;
    while (true) {
      driven.runCallbacks();
      isDue |= words.takeSummoned() || driven.isOver();
      if (isDue && tryHold()) {
        return;
      }
      words.park(this, STANDBY_NANOS);
      // A summons that met a holder is the holder's to repeat.
      isDue = false;
      if (words.nanos() - sinceNanos >= STANDBY_NANOS) {
        isDue = words.holds() == seenHolds;
        seenHolds = words.holds();
        sinceNanos = words.nanos();
      }
    }
  }

  /** Finds somebody to drive, if nobody does and it matters. */
  private void handOver() {
    LoopWaiter[] listed = words.waiters();
    boolean hasWork = listed.length > 0 || driven.hasWork() || driven.isOver();
    if (!hasWork || words.holder() != null) {
      // Whoever holds it now will release it.
      return;
    }
    for (LoopWaiter each : listed) {
      if (each.mayBorrow() && !each.thread().equals(Thread.currentThread())) {
        words.unpark(each.thread());
        return;
      }
    }
    summon();
  }

  private void sleep(boolean mayBorrow, long deadlineNanos) {
    Thread holder = words.holder();
    if (holder == null && !mayBorrow) {
      summon();
    } else if (mayBorrow && holder != null && holder.equals(background)) {
      driven.evict();
    }
    words.park(this, remainingNanos(deadlineNanos));
  }

  private void leave(@Nullable LoopWaiter listed, boolean mayBorrow) {
    if (listed != null) {
      unlist(listed);
    }
    if (mayBorrow) {
      words.addBorrowers(-1);
    }
    handOver();
  }

  private void list(LoopWaiter waiter) {
    while (true) {
      LoopWaiter[] before = words.waiters();
      LoopWaiter[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = waiter;
      if (words.waitersCas(before, after)) {
        return;
      }
    }
  }

  private void unlist(LoopWaiter waiter) {
    while (true) {
      LoopWaiter[] before = words.waiters();
      LoopWaiter[] after =
          Arrays.stream(before).filter(each -> !each.equals(waiter)).toArray(LoopWaiter[]::new);
      if (words.waitersCas(before, after)) {
        return;
      }
    }
  }
}
