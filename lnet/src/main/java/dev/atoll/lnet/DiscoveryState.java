/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** How far the discovery of a peer has come. */
public enum DiscoveryState {
  /** Nothing is known, or what was known is no longer true. */
  UNKNOWN,

  /** The peer was asked for its NIDs; its answer is awaited. */
  PINGED,

  /** The peer was told this node's NIDs; its ACK is awaited. */
  PUSHED,

  /** Both know of each other what there is to know. */
  UPTODATE
}
