/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.NetworkOrder;
import dev.atoll.posix.Errno;

/**
 * The network of a device's node, as far as the device's owner and root may look at it and change
 * it. All the device knows of it.
 *
 * <p>Thread safety: the device calls from any of its threads, more than one at a time.
 */
public interface NetworkAdministration {
  /**
   * Carries out an order.
   *
   * @param session number of the session that asks; memory it serves ends with it
   * @param order what is asked; its words and numbers are as the program sent them
   * @param payload the bytes that go with it; none are left out or added
   * @param outcome is called exactly once, by any thread, perhaps before this method returns; it
   *     may look on other nodes before, so this method does not wait for it
   */
  void perform(long session, NetworkOrder order, byte[] payload, Outcome outcome);

  /**
   * Takes away what a session serves. Called once when the session ends, and again when an order of
   * it comes to its end later than that.
   *
   * @param session number of the session that has ended
   */
  void ended(long session);

  /** How an order ended. */
  interface Outcome {
    /**
     * Says that it is done.
     *
     * @param answer the bytes fetched, or a report as {@link dev.atoll.link.ReportCodec} writes it;
     *     not changed afterwards
     */
    void done(byte[] answer);

    /**
     * Says that it was not done.
     *
     * @param errno why
     * @param detail in words, with what to do
     */
    void refused(Errno errno, String detail);
  }
}
