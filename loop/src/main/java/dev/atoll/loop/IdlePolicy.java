/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

/**
 * Decides what a thread does between two turns: go on at once, give way, or sleep.
 *
 * <p>An instance belongs to one thread and may keep count of empty turns.
 */
public interface IdlePolicy {
  /** The next turn may sleep until something happens. */
  long SLEEP = Long.MAX_VALUE;

  /** The next turn must only look. */
  long LOOK = 0;

  /**
   * Is told of the work of the turn that ended, may spin or yield for a moment, and says how long
   * the next turn may sleep.
   *
   * @param work how much the turn did; zero for an empty one
   * @return nanoseconds that the next turn may wait for events, {@link #LOOK} for none
   */
  long idle(int work);

  /**
   * Gives the policy that sleeps at once: no processor time without work, one wake-up per burst.
   *
   * @return a policy
   */
  static IdlePolicy sleeping() {
    return work -> work > 0 ? LOOK : SLEEP;
  }

  /**
   * Gives a policy that looks again for some turns before it sleeps.
   *
   * <p>Between looks it spins where every spinner can have a processor of its own, and yields the
   * processor where not: spinning threads that outnumber the processors hold each other up for
   * whole time slices.
   *
   * @param looks empty turns before the sleep, from 0 to {@value BoundedLooks#MOST_LOOKS}
   * @param spinners threads of this host that may spin at the same time, this one included
   * @param processors processors that they share
   * @return a policy
   * @throws IllegalArgumentException if a number is not as described
   */
  static IdlePolicy looking(int looks, int spinners, int processors) {
    return new BoundedLooks(looks, spinners < processors);
  }
}
