/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What will happen in a simulated world, by time; at one time in the order it was planned. Not
 * thread-safe.
 */
public final class SimulatedEvents {
  /** Nothing is planned. */
  public static final long NEVER = Long.MAX_VALUE;

  private final SimulatedClock clock;
  private final PriorityQueue<Planned> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Planned::atNanos).thenComparingLong(Planned::number));
  private long planned;

  private record Planned(long atNanos, long number, Runnable event) {}

  /**
   * Makes an empty plan.
   *
   * @param clock tells and moves the time
   */
  public SimulatedEvents(SimulatedClock clock) {
    this.clock = clock;
  }

  /**
   * Plans an event.
   *
   * @param delayNanos how long from now; zero or more
   * @param event what happens
   */
  public void after(long delayNanos, Runnable event) {
    queue.add(new Planned(clock.nanos() + delayNanos, planned++, event));
  }

  /**
   * Tells how long nothing happens.
   *
   * @return nanoseconds until the next event; zero if one is due; {@link #NEVER} if none is planned
   */
  public long nanosToNext() {
    Planned next = queue.peek();
    return next == null ? NEVER : Math.max(0, next.atNanos - clock.nanos());
  }

  /**
   * Lets everything happen that is due now.
   *
   * @return how many events
   */
  public int runDue() {
    int done = 0;
    for (Planned next = queue.peek();
        next != null && next.atNanos <= clock.nanos();
        next = queue.peek()) {
      queue.remove();
      next.event.run();
      done++;
    }
    return done;
  }
}
