/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

/** Looks again a bounded number of times, then sleeps. */
final class BoundedLooks implements IdlePolicy {
  static final int MOST_LOOKS = 1_000_000;

  private final int looks;
  private final boolean isSpinning;
  private int emptyTurns;

  BoundedLooks(int looks, boolean isSpinning) {
    if (looks < 0 || looks > MOST_LOOKS) {
      throw new IllegalArgumentException("looks=" + looks + " must be from 0 to " + MOST_LOOKS);
    }
    this.looks = looks;
    this.isSpinning = isSpinning;
  }

  // Yielding is no way to order threads here, it only gives a short-handed machine away.
  @SuppressWarnings("ThreadPriorityCheck")
  @Override
  public long idle(int work) {
    if (work > 0) {
      emptyTurns = 0;
      return LOOK;
    }
    if (emptyTurns >= looks) {
      // The turn that follows the sleep begins a new round of looks if it finds work.
      return SLEEP;
    }
    emptyTurns++;
    if (isSpinning) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
    return LOOK;
  }

  boolean isSpinning() {
    return isSpinning;
  }
}
