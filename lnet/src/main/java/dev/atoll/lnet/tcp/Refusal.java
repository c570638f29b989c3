/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/** Why a connection that came in, or one that was begun, was not taken. */
public enum Refusal {
  /** It came from a port that the mode of identity forbids. */
  SOURCE_PORT,
  /** It had not said who it is when others came, or in time. */
  SLOW,
  /** It ended before it had said who it is. */
  ENDED,
  /** Its first words are not those of LNet. */
  MAGIC,
  /** It speaks a version that this node does not. */
  VERSION,
  /** It looked for a NID that is not this node's. */
  TARGET,
  /** Its HELLO contradicts the rules. */
  HELLO,
  /** It claims a NID that is not where it comes from. */
  IDENTITY,
  /** Both ends connected at the same time, and the other one stays. */
  RACE,
  /** There is such a connection already. */
  DUPLICATE,
  /** The neighbour has restarted, or speaks another version now: it must come again. */
  STALE,
  /** There are too many neighbours. */
  CROWDED
}
