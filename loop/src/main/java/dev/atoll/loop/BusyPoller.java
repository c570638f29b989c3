/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

/**
 * Looks for work in each turn of an {@link EventLoop}, without waiting: reads the sockets that are
 * hot, say, instead of asking epoll about them first.
 */
@FunctionalInterface
public interface BusyPoller {
  /**
   * Does what there is to do, up to a bound, on the loop's thread. Must be cheap when there is
   * nothing: it is called again and again while the loop spins.
   *
   * @return how much was done; zero if nothing, and then the loop may sleep
   */
  int poll();
}
