/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * The way out of a node: finds interface, peer and gateway for a message, waits for credits, and
 * hands it to a network. Belongs to the loop.
 */
interface Transmitter {
  /**
   * Takes a message whose header and payload are complete but for its source: the interface that
   * sends it fills that in, unless the header names one already.
   *
   * @param message ends with exactly one call of {@code LnetCore.sent}, unless it is refused here
   * @return zero, or a negative errno at once if there is no way to the destination
   */
  int transmit(OutgoingMessage message);
}
