/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers by deadline: adding and cancelling take constant time, advancing takes time in proportion
 * to what is due.
 *
 * <p>The wheel knows no clock and no thread; whoever drives it says what time it is, and the same
 * calls always run the same tasks in the same order: by deadline in steps of {@value #TICK_NANOS}
 * ns. Within a step they run in the order they were added, as long as no limit cut an advance
 * short. A deadline that has passed already counts as that of the latest {@link #advance}, so that
 * a task that always adds itself anew can not hold up others. A task never runs before its
 * deadline, and is late by less than one step plus the time until the next advance.
 *
 * <p>It has {@value #LEVELS} levels of {@value #SLOTS} slots. Level 0 has a slot per step; a slot
 * of a higher level spans all slots of the one below, and its timers move down when its time comes.
 *
 * <p>Thread safety: one thread at a time.
 */
public final class TimerWheel {
  /** No timer is waiting. */
  public static final long NONE = Long.MAX_VALUE;

  private static final int TICK_SHIFT = 10;
  private static final int TICK_NANOS = 1 << TICK_SHIFT;
  private static final int LEVEL_SHIFT = 6;
  private static final int SLOTS = 1 << LEVEL_SHIFT;
  private static final int SLOT_MASK = SLOTS - 1;
  private static final int LEVELS = 9;

  private final long originNanos;
  private final TimerList[][] slots = new TimerList[LEVELS][SLOTS];
  private final long[] occupied = new long[LEVELS];

  /** The step that is being run; no timer in the slots lies before it. */
  private long tick;

  /** The step of the latest reading of the clock; ahead of {@link #tick} after a limit was met. */
  private long nowTick;

  private int size;

  /**
   * Makes an empty wheel.
   *
   * @param originNanos a reading of the clock whose later readings will be used
   */
  public TimerWheel(long originNanos) {
    this.originNanos = originNanos;
    for (int level = 0; level < LEVELS; level++) {
      for (int slot = 0; slot < SLOTS; slot++) {
        slots[level][slot] = new TimerList(level, slot);
      }
    }
  }

  /**
   * Adds a timer.
   *
   * @param deadlineNanos reading of the clock from which on the task may run; one in the past is
   *     due at the next {@link #advance}
   * @param task what to run, on the thread that advances the wheel
   * @return the timer
   */
  public Timer schedule(long deadlineNanos, Runnable task) {
    // Clock readings compare by subtraction; a deadline 292 years ahead counts as in the past.
    long ahead = Math.max(0, deadlineNanos - originNanos);
    long at = (ahead >>> TICK_SHIFT) + ((ahead & (TICK_NANOS - 1)) == 0 ? 0 : 1);
    Timer timer =
        new Timer(this, deadlineNanos, Math.max(at, nowTick), Objects.requireNonNull(task, "task"));
    place(timer);
    size++;
    return timer;
  }

  /**
   * Runs what is due, up to a limit.
   *
   * @param nowNanos reading of the clock; one before an earlier reading counts as that
   * @param limit the most timers to run or move, positive
   * @return how many were run or moved; if this is the limit, call again soon
   * @throws RuntimeException whatever a task throws; that timer is gone and the wheel as good as
   *     ever
   */
  public int advance(long nowNanos, int limit) {
    nowTick = Math.max(nowTick, (nowNanos - originNanos) >> TICK_SHIFT);
    int work = 0;
    while (work < limit) {
      TimerList list = nextList();
      long begin = list == null ? Long.MAX_VALUE : beginOf(list);
      if (list == null || begin > nowTick) {
        tick = nowTick;
        return work;
      }
      tick = Math.max(tick, begin);
      Timer timer = Objects.requireNonNull(list.first);
      unlink(timer);
      work++;
      if (timer.tick == tick) {
        size--;
        timer.run();
      } else {
        place(timer);
      }
    }
    return work;
  }

  /**
   * Tells when {@link #advance} should be called next.
   *
   * @param nowNanos reading of the clock
   * @return nanoseconds from now, zero if something is due, {@link #NONE} if no timer waits;
   *     perhaps too early for any timer, never too late
   */
  public long nanosToNext(long nowNanos) {
    TimerList list = nextList();
    if (list == null) {
      return NONE;
    }
    long beginNanos = beginOf(list) << TICK_SHIFT;
    return Math.max(0, beginNanos - (nowNanos - originNanos));
  }

  /**
   * Tells how many timers wait.
   *
   * @return the number
   */
  public int size() {
    return size;
  }

  void remove(Timer timer) {
    unlink(timer);
    size--;
  }

  private void place(Timer timer) {
    // The highest bit in which the two differ tells the lowest level that can hold the distance.
    long distance = (timer.tick ^ tick) | SLOT_MASK;
    int highest = Long.SIZE - 1 - Long.numberOfLeadingZeros(distance);
    int level = highest / LEVEL_SHIFT;
    int slot = (int) (timer.tick >>> (level * LEVEL_SHIFT)) & SLOT_MASK;
    slots[level][slot].addLast(timer);
    occupied[level] |= 1L << slot;
  }

  private void unlink(Timer timer) {
    TimerList list = Objects.requireNonNull(timer.list);
    list.remove(timer);
    if (list.isEmpty()) {
      occupied[list.level] &= ~(1L << list.slot);
    }
  }

  /**
   * Finds the occupied slot that begins first. Of two that begin together the one of the higher
   * level goes first, so that its timers have moved down before any of that step runs.
   */
  private @Nullable TimerList nextList() {
    TimerList best = null;
    long bestBegin = Long.MAX_VALUE;
    for (int level = LEVELS - 1; level >= 0; level--) {
      if (occupied[level] != 0) {
        // No timer lies before the tick and all share its bits above the level, so the lowest
        // occupied slot is the next one.
        TimerList list = slots[level][Long.numberOfTrailingZeros(occupied[level])];
        long begin = beginOf(list);
        if (best == null || begin < bestBegin) {
          best = list;
          bestBegin = begin;
        }
      }
    }
    return best;
  }

  private long beginOf(TimerList list) {
    int shift = list.level * LEVEL_SHIFT;
    long above = tick >>> (shift + LEVEL_SHIFT) << (shift + LEVEL_SHIFT);
    return above | (long) list.slot << shift;
  }
}
