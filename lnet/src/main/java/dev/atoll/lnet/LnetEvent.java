/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * What has happened to a memory descriptor ({@code struct lnet_event}).
 *
 * <p>Valid inside the handler that gets it; used again afterwards. What the fields mean by type:
 *
 * <pre>
 *              GET, PUT                REPLY                 ACK             SEND
 *   initiator  who sent the request    who answered          who answered    this process
 *   source     interface it came from  as before             as before       any
 *   sender     last gateway or source  as before             as before       any
 *   target     interface it came to    as before             as before       where it went
 *   requested  bytes offered or asked  bytes that came       bytes put       bytes put or asked
 *   moved      bytes kept or given     bytes kept            bytes kept      bytes put or asked
 *   offset     in the memory           in the memory         in the memory   in the target's memory
 * </pre>
 *
 * <p>Portal and match bits are those of the message, for REPLY those of the get. Belongs to the
 * loop.
 */
public final class LnetEvent {
  LnetEventType type = LnetEventType.UNLINK;
  Nid initiatorNid = Nid.ANY;
  int initiatorPid;
  Nid sourceNid = Nid.ANY;
  Nid senderNid = Nid.ANY;
  Nid targetNid = Nid.ANY;
  int targetPid;
  int portal;
  long matchBits;
  long requestedLength;
  int movedLength;
  long offset;
  long headerData;
  int status;
  boolean isUnlinked;
  @Nullable MemoryDescriptor descriptor;

  /** Makes an event of no meaning, to be filled by a queue. */
  public LnetEvent() {}

  /**
   * Tells what has happened.
   *
   * @return the type
   */
  public LnetEventType type() {
    return type;
  }

  /**
   * Names the other process by its primary NID; of SEND: this one, without NID.
   *
   * @return a NID
   */
  public Nid initiatorNid() {
    return initiatorNid;
  }

  /**
   * Names the other process by its pid.
   *
   * @return a pid
   */
  public int initiatorPid() {
    return initiatorPid;
  }

  /**
   * Names the initiator in one value, which is made anew by each call.
   *
   * @return NID and pid
   */
  public ProcessId initiator() {
    return new ProcessId(initiatorNid, initiatorPid);
  }

  /**
   * Names the interface that the message came from.
   *
   * @return a NID, not always the primary one
   */
  public Nid sourceNid() {
    return sourceNid;
  }

  /**
   * Names who handed the message over: its source, or the last gateway.
   *
   * @return a NID
   */
  public Nid senderNid() {
    return senderNid;
  }

  /**
   * Names the interface that the message went to.
   *
   * @return a NID
   */
  public Nid targetNid() {
    return targetNid;
  }

  /**
   * Names the process that the message was for.
   *
   * @return a pid
   */
  public int targetPid() {
    return targetPid;
  }

  /**
   * Names the portal.
   *
   * @return its index
   */
  public int portal() {
    return portal;
  }

  /**
   * Gives the match bits.
   *
   * @return those of the message
   */
  public long matchBits() {
    return matchBits;
  }

  /**
   * Tells how much was asked for.
   *
   * @return bytes ({@code rlength})
   */
  public long requestedLength() {
    return requestedLength;
  }

  /**
   * Tells how much was moved.
   *
   * @return bytes ({@code mlength})
   */
  public int movedLength() {
    return movedLength;
  }

  /**
   * Tells where.
   *
   * @return offset in the descriptor's memory, or in the target's for SEND
   */
  public long offset() {
    return offset;
  }

  /**
   * Gives the word that came with a PUT.
   *
   * @return the header data; zero for other types
   */
  public long headerData() {
    return headerData;
  }

  /**
   * Tells how it went.
   *
   * @return zero, or a negative errno: ECANCELED if the rest of a payload was diverted, ETIMEDOUT
   *     if no answer came
   */
  public int status() {
    return status;
  }

  /**
   * Tells whether this is the descriptor's last event: its memory is free.
   *
   * @return whether the descriptor is gone
   */
  public boolean isUnlinked() {
    return isUnlinked;
  }

  /**
   * Names the descriptor.
   *
   * @return whose event this is
   */
  public MemoryDescriptor descriptor() {
    MemoryDescriptor known = descriptor;
    if (known == null) {
      throw new IllegalStateException("event=" + type + " is over");
    }
    return known;
  }

  /**
   * Gives what the descriptor's owner gave along.
   *
   * @return the user pointer, or null if none was given
   */
  public @Nullable Object userPointer() {
    return descriptor().userPointer();
  }

  @Override
  public String toString() {
    return type
        + " initiator="
        + initiator()
        + " portal="
        + portal
        + " matchBits="
        + Long.toHexString(matchBits)
        + " requested="
        + requestedLength
        + " moved="
        + movedLength
        + " offset="
        + offset
        + " status="
        + status
        + (isUnlinked ? " unlinked" : "");
  }

  /** Takes over every field. */
  void copyFrom(LnetEvent other) {
    type = other.type;
    initiatorNid = other.initiatorNid;
    initiatorPid = other.initiatorPid;
    sourceNid = other.sourceNid;
    senderNid = other.senderNid;
    targetNid = other.targetNid;
    targetPid = other.targetPid;
    portal = other.portal;
    matchBits = other.matchBits;
    requestedLength = other.requestedLength;
    movedLength = other.movedLength;
    offset = other.offset;
    headerData = other.headerData;
    status = other.status;
    isUnlinked = other.isUnlinked;
    descriptor = other.descriptor;
  }

  /** Forgets everything, so that a message that is kept holds nothing. */
  void clear() {
    type = LnetEventType.UNLINK;
    initiatorNid = Nid.ANY;
    initiatorPid = 0;
    sourceNid = Nid.ANY;
    senderNid = Nid.ANY;
    targetNid = Nid.ANY;
    targetPid = 0;
    portal = 0;
    matchBits = 0;
    requestedLength = 0;
    movedLength = 0;
    offset = 0;
    headerData = 0;
    status = 0;
    isUnlinked = false;
    descriptor = null;
  }
}
