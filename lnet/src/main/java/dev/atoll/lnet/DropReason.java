/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Why a message was thrown away. */
public enum DropReason {
  /** Of a type, length or destination that no sound node would send; the neighbour is cut off. */
  BROKEN_PROTOCOL,

  /** For a node on another network; this one forwards nothing. */
  NOT_FORWARDED,

  /** From a source that the neighbour can not speak for. */
  WRONG_WAY,

  /** Its portal is none. */
  NO_PORTAL,

  /** No match entry takes it. */
  NO_MATCH,

  /** The descriptor that takes it has too little room and does not truncate. */
  TOO_LONG,

  /** Its offset lies behind the end of the descriptor. */
  BAD_OFFSET,

  /** An ACK or REPLY to nothing that waits: forged, late, or for a descriptor that is gone. */
  UNKNOWN_HANDLE,

  /** An ACK or REPLY from another node than was asked, or of the wrong type. */
  FOREIGN_ANSWER,

  /** A REPLY with more bytes than were asked for. */
  LONG_REPLY,

  /** There is no way for an ACK or REPLY to the one who asked. */
  NO_WAY_BACK,

  /** Too many answers or delayed messages wait already. */
  OVERLOAD,

  /** The node is closed. */
  CLOSED
}
