/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/** Why the connections of a neighbour were closed. */
public enum Cut {
  /** The neighbour ended one between messages. */
  ENDED,
  /** One broke. */
  BROKEN,
  /** The neighbour ended one within a message. */
  TORN,
  /** A frame was none. */
  FRAME,
  /** A header was none. */
  HEADER,
  /** The node refused a message. */
  REFUSED,
  /** A checksum was wrong. */
  CHECKSUM,
  /** The neighbour acknowledged what nobody had asked it to, or asked for too much. */
  COOKIE,
  /** A message stood still for too long. */
  STALLED,
  /** The neighbour has restarted. */
  RESTARTED,
  /** This node wanted it. */
  DISCONNECTED
}
