/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import dev.atoll.memory.Words;

/**
 * Mistakes that are planted to see that the races find them: a run that can not fail proves
 * nothing. A forked process is told of its mistake by a property, and has none without.
 */
public final class Mutations {
  /** Names the mistake of this process. */
  static final String PROPERTY = "atoll.stress.mutation";

  /** Stores that should release come before the plain ones that stand before them. */
  static final String PLAIN_RELEASE = "plain-release";

  /** Loads that should acquire come behind the plain ones that stand behind them. */
  static final String PLAIN_ACQUIRE = "plain-acquire";

  /** A compare-and-set is a load and a store. */
  static final String TORN_EXCHANGE = "torn-exchange";

  /** A consumer goes to sleep without the fence. */
  static final String NO_BARRIER = "no-barrier";

  /** A revocation swaps the pages before it sets the flag. */
  static final String SWAP_BEFORE_FLAG = "swap-before-flag";

  /** Those who wait, or what is to be done, are looked at before and not after the change. */
  public static final String EARLY_LOOK = "early-look";

  private static final String PLANTED = System.getProperty(PROPERTY, "");

  private Mutations() {}

  /**
   * Tells whether this process has a mistake.
   *
   * @param mutation which
   * @return whether it was planted
   */
  public static boolean is(String mutation) {
    return PLANTED.equals(mutation);
  }

  /** Leaves the others time to see what they must not. */
  public static void dawdle() {
    for (int i = 0; i < 50; i++) {
      Thread.onSpinWait();
    }
  }

  static Words of(Words words) {
    return PLANTED.isEmpty() ? words : new MutatedWords(words);
  }
}
