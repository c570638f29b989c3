/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.loop.Poller;
import dev.atoll.posix.Descriptor;

/**
 * A poller without descriptors: to wait is to move the clock to the next event. Not thread-safe.
 */
public final class SimulatedPoller implements Poller {
  private final SimulatedClock clock;
  private final SimulatedEvents events;

  /**
   * Makes a poller.
   *
   * @param clock is moved by waiting
   * @param events happen while it waits
   */
  public SimulatedPoller(SimulatedClock clock, SimulatedEvents events) {
    this.clock = clock;
    this.events = events;
  }

  @Override
  public void add(Descriptor descriptor, int interest, long key) {
    throw new UnsupportedOperationException("a simulated world has no descriptors");
  }

  @Override
  public void modify(Descriptor descriptor, int interest, long key) {
    throw new UnsupportedOperationException("a simulated world has no descriptors");
  }

  @Override
  public void remove(Descriptor descriptor) {
    throw new UnsupportedOperationException("a simulated world has no descriptors");
  }

  @Override
  public int poll(long timeoutNanos, Ready ready) {
    long toNext = events.nanosToNext();
    if (timeoutNanos < 0 && toNext == SimulatedEvents.NEVER) {
      throw new IllegalStateException("nothing will ever happen: no timer, no event");
    }
    if (timeoutNanos != 0) {
      clock.advance(timeoutNanos < 0 ? toNext : Math.min(timeoutNanos, toNext));
    }
    return events.runDue();
  }

  @Override
  public void wake() {
    // Only one thread is here, and it is awake.
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
