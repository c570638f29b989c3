/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

/** What a replay takes from the node as it is, since the protocol leaves it to the node. */
enum ReplayMask {
  /** When the node started; must be the same in all of its HELLOs. */
  INCARNATION,

  /** The handle of a GET or PUT that the node began; answers repeat it. */
  HANDLE,

  /** How often the node's ping information has changed. */
  SEQUENCE,

  /** Kernel nodes ask for an acknowledgement of bulk; the node never does. */
  COOKIE,

  /** An ACK, and what the node says of its own accord after a push, may change places. */
  ORDER
}
