/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** What is known of the way to a peer. */
public enum PeerLink {
  /** Nothing was ever sent to it or heard of it. */
  UNKNOWN,

  /** A connection stands. */
  UP,

  /** The last connection is gone, or none could be made. */
  DOWN
}
