/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

/** What became of an offer or a claim. */
public enum SendOutcome {
  /** It has a place in the channel. */
  ACCEPTED,
  /** The receiver has not made room yet: try again later. */
  FULL,
  /**
   * The receiver has closed the channel, died, or the connection has ended: nothing will help. Told
   * of a message while that happens, it may be in the channel or not.
   */
  CLOSED,
  /** The channel's memory holds what no correct peer writes: close it and make another. */
  CORRUPT
}
