/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * The header of a message as fields: what LNet's {@code struct lnet_hdr} carries, without its
 * layout.
 *
 * <p>An object is filled, used and filled again; nothing of it is kept. Which fields a message has:
 *
 * <pre>
 *            destination source | wireHandle | matchBits | headerData | portal | offset | length
 *   ACK          x         x    |     x      |     x     |            |        |        |  kept
 *   PUT          x         x    | for ACK    |     x     |     x      |   x    |   x    |
 *   GET          x         x    | for REPLY  |     x     |            |   x    |   x    |  asked
 *   REPLY        x         x    |     x      |           |            |        |        |
 * </pre>
 *
 * <p>Not thread-safe; belongs to the loop.
 */
public final class LnetHeader {
  /** Both cookies of a PUT that wants no ACK. */
  public static final long NO_COOKIE = -1L;

  /** Who shall get the message in the end; routers are not named. */
  public Nid destination = Nid.ANY;

  /** Who made the message. */
  public Nid source = Nid.ANY;

  /** The process of the destination; not looked at by receivers. */
  public int destinationPid;

  /** The process of the source. */
  public int sourcePid;

  /** What the message is. */
  public MessageType type = MessageType.ACK;

  /** Bytes behind the header, unsigned. */
  public int payloadLength;

  /** First half of the wire handle: the node's start. Given back bit for bit in an answer. */
  public long wireInterfaceCookie;

  /** Second half of the wire handle: the memory descriptor. */
  public long wireObjectCookie;

  /** What match entries are compared with. */
  public long matchBits;

  /** A word that a PUT hands to the target's event, untouched. */
  public long headerData;

  /** The target's portal, unsigned. */
  public int portal;

  /** Where in the target's memory, for descriptors whose offset the initiator manages; unsigned. */
  public int offset;

  /** Of a GET: bytes asked for. Of an ACK: bytes kept. Unsigned. */
  public int length;

  /** Makes a header of no meaning. */
  public LnetHeader() {}

  /**
   * Tells whether a PUT wants an ACK.
   *
   * @return false if both cookies are {@link #NO_COOKIE}
   */
  public boolean wantsAck() {
    return wireInterfaceCookie != NO_COOKIE || wireObjectCookie != NO_COOKIE;
  }

  /**
   * Takes over every field.
   *
   * @param other the one to copy
   */
  public void copyFrom(LnetHeader other) {
    destination = other.destination;
    source = other.source;
    destinationPid = other.destinationPid;
    sourcePid = other.sourcePid;
    type = other.type;
    payloadLength = other.payloadLength;
    wireInterfaceCookie = other.wireInterfaceCookie;
    wireObjectCookie = other.wireObjectCookie;
    matchBits = other.matchBits;
    headerData = other.headerData;
    portal = other.portal;
    offset = other.offset;
    length = other.length;
  }

  /** Puts every field back to no meaning. */
  public void clear() {
    destination = Nid.ANY;
    source = Nid.ANY;
    destinationPid = 0;
    sourcePid = 0;
    type = MessageType.ACK;
    payloadLength = 0;
    wireInterfaceCookie = 0;
    wireObjectCookie = 0;
    matchBits = 0;
    headerData = 0;
    portal = 0;
    offset = 0;
    length = 0;
  }
}
