/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * What a thread does while there is nothing to do: looks again at once for a while, then lets
 * others run, then rests.
 *
 * <p>More spinning threads than processors turn microseconds into milliseconds, so no policy spins
 * on a machine with one processor, nor on a virtual thread, whose carrier belongs to others too.
 *
 * <p>Thread safety: immutable.
 *
 * @param spins how many times to look again at once, with a hint to the processor
 * @param yields how many times to let others run after that
 * @param restLeast first rest after that; doubled by each further one; zero never rests
 * @param restMost longest rest
 * @param isSleeping whether a receiver sleeps until it is signalled, where it would rest
 */
public record IdlePolicy(
    long spins, long yields, Duration restLeast, Duration restMost, boolean isSleeping) {
  private static final boolean CAN_SPIN = Runtime.getRuntime().availableProcessors() > 1;
  private static final long SPINS = 100;
  private static final long YIELDS = 10;
  private static final Duration REST_LEAST = Duration.ofNanos(1_000);
  private static final Duration REST_MOST = Duration.ofMillis(1);
  private static final long FOREVER = Long.MAX_VALUE / 2;
  private static final int DOUBLINGS_MOST = 40;

  /** Checks the fields. */
  public IdlePolicy {
    if (spins < 0 || yields < 0 || restLeast.isNegative() || restMost.compareTo(restLeast) < 0) {
      throw new IllegalArgumentException(
          "spins=" + spins + " yields=" + yields + " rest=" + restLeast + ".." + restMost);
    }
  }

  /**
   * Spins for ever: the shortest time, and one processor for it alone.
   *
   * @return the policy
   */
  public static IdlePolicy busySpin() {
    return new IdlePolicy(FOREVER, FOREVER, Duration.ZERO, Duration.ZERO, false);
  }

  /**
   * Spins for a moment, then lets others run between looks.
   *
   * @return the policy
   */
  public static IdlePolicy yielding() {
    return new IdlePolicy(SPINS, FOREVER, Duration.ZERO, Duration.ZERO, false);
  }

  /**
   * Spins, yields, then rests, a microsecond at first and a millisecond at most.
   *
   * @return the policy
   */
  public static IdlePolicy backOff() {
    return new IdlePolicy(SPINS, YIELDS, REST_LEAST, REST_MOST, false);
  }

  /**
   * Spins, yields, then sleeps until a sender signals; a sender, whom nobody signals, rests as with
   * {@link #backOff}. The default.
   *
   * @return the policy
   */
  public static IdlePolicy sleeping() {
    return new IdlePolicy(SPINS, YIELDS, REST_LEAST, REST_MOST, true);
  }

  /**
   * Does what is due.
   *
   * @param turn how often there was nothing to do in a row, from 0
   */
  public void idle(long turn) {
    boolean isSpinning = CAN_SPIN && turn < spins && !Thread.currentThread().isVirtual();
    if (isSpinning) {
      Thread.onSpinWait();
    } else if (turn < spins + yields || restLeast.isZero()) {
      letOthersRun();
    } else {
      LockSupport.parkNanos(this, restNanos(turn - spins - yields));
    }
  }

  /** Whether a receiver would rest now. */
  boolean isRestDue(long turn) {
    return turn >= spins + yields && !restLeast.isZero();
  }

  private long restNanos(long rests) {
    int doublings = (int) Math.min(rests, DOUBLINGS_MOST);
    long least = restLeast.toNanos();
    long most = restMost.toNanos();
    return least > most >> doublings ? most : least << doublings;
  }

  @SuppressWarnings("ThreadPriorityCheck") // the hint is all that is wanted
  private static void letOthersRun() {
    Thread.yield();
  }
}
