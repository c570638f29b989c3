/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.base.Clock;
import dev.atoll.posix.Posix;

/**
 * What an {@link EventLoop} is made of.
 *
 * @param name names its thread and appears in messages
 * @param poller watches descriptors; belongs to the loop from its construction on
 * @param clock tells the time
 * @param idlePolicy what its own thread does between turns
 * @param borrowedIdlePolicy what a thread that drives the loop while it waits does between turns
 * @param failureHandler what happens when a callback throws
 */
public record LoopOptions(
    String name,
    Poller poller,
    Clock clock,
    IdlePolicy idlePolicy,
    IdlePolicy borrowedIdlePolicy,
    FailureHandler failureHandler) {
  /** Empty turns of some hundred nanoseconds each: longer than a round trip to a busy neighbour. */
  private static final int BORROWED_LOOKS = 256;

  /** This thread, and the one that it waits for. */
  private static final int SPINNERS = 2;

  /**
   * Gives options for a loop whose borrowers look again some times before they sleep.
   *
   * @param name names its thread and appears in messages
   * @param poller watches descriptors; belongs to the loop from its construction on
   * @param clock tells the time
   * @param idlePolicy what its own thread does between turns
   * @param failureHandler what happens when a callback throws
   */
  public LoopOptions(
      String name,
      Poller poller,
      Clock clock,
      IdlePolicy idlePolicy,
      FailureHandler failureHandler) {
    this(name, poller, clock, idlePolicy, borrowers(), failureHandler);
  }

  /**
   * Gives the usual parts: epoll, the machine's clock, sleep when idle, stop on failure.
   *
   * @param name names the loop's thread
   * @param posix the operating system
   * @return options, whose poller is open already
   * @throws dev.atoll.posix.ErrnoException if the poller can't be made
   */
  public static LoopOptions usual(String name, Posix posix) {
    return new LoopOptions(
        name,
        new EpollPoller(posix),
        Clock.system(),
        IdlePolicy.sleeping(),
        FailureHandler.stopping());
  }

  private static IdlePolicy borrowers() {
    return IdlePolicy.looking(BORROWED_LOOKS, SPINNERS, Runtime.getRuntime().availableProcessors());
  }
}
