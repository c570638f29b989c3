/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

/**
 * A frame, and the connection it came by.
 *
 * @param link where it came
 * @param frame what came
 */
public record PeerArrival(PeerLink link, PeerFrame frame) {
  /** The message in it. */
  public PeerMessage message() {
    return frame.message();
  }
}
