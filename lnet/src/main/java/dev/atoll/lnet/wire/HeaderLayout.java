/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;
import static dev.atoll.lnet.wire.Words.U64;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The LNet header: 72 bytes with old NIDs, on connections of version 1 to 3; 96 bytes with new ones
 * on connections of version 4. Always little-endian, but for new NIDs.
 *
 * <pre>
 *   72  96
 *    0   0  +---------------------------------------+
 *           | destination NID                       |   8 or 20 bytes
 *    8  20  +---------------------------------------+
 *           | source NID                            |   8 or 20 bytes
 *   16  40  +-------------------+-------------------+
 *           | destination pid   | source pid        |
 *   24  48  +-------------------+-------------------+
 *           | type              | payload length    |
 *   32  56  +-------------------+-------------------+
 *           | by type, 40 bytes                     |
 *   72  96  +---------------------------------------+
 *
 *   by type   0          16           24                     32       36
 *   ACK       | handle   | match bits | length | -           | -               |
 *   PUT       | handle   | match bits | header data          | portal | offset |
 *   GET       | handle   | match bits | portal | offset      | length | -      |
 *   REPLY     | handle   | -          | -                    | -               |
 * </pre>
 *
 * <p>Handles are 16 bytes that only their maker understands. What a type does not use is written as
 * zero and not looked at.
 */
public final class HeaderLayout {
  /** Length with old NIDs. */
  public static final int BYTES_72 = 72;

  /** Length with new NIDs. */
  public static final int BYTES_96 = 96;

  private static final int BODY_BYTES = 40;

  /** Offsets of the part behind the NIDs, from its begin. */
  private static final int DESTINATION_PID_AT = 0;

  private static final int SOURCE_PID_AT = 4;
  private static final int TYPE_AT = 8;
  private static final int PAYLOAD_LENGTH_AT = 12;
  private static final int BODY_AT = 16;

  /** Offsets of the part that depends on the type, from its begin. */
  private static final int INTERFACE_COOKIE_AT = 0;

  private static final int OBJECT_COOKIE_AT = 8;
  private static final int MATCH_BITS_AT = 16;
  private static final int ACK_LENGTH_AT = 24;
  private static final int PUT_HEADER_DATA_AT = 24;
  private static final int PUT_PORTAL_AT = 32;
  private static final int PUT_OFFSET_AT = 36;
  private static final int GET_PORTAL_AT = 24;
  private static final int GET_OFFSET_AT = 28;
  private static final int GET_LENGTH_AT = 32;

  static {
    Offsets.checkSize(structure(U64), BYTES_72);
    Offsets.checkSize(
        structure(MemoryLayout.sequenceLayout(Nid.BYTES, ValueLayout.JAVA_BYTE)), BYTES_96);
    for (int nidBytes : new int[] {Nid.NID4_BYTES, Nid.BYTES}) {
      StructLayout header = structure(MemoryLayout.sequenceLayout(nidBytes, ValueLayout.JAVA_BYTE));
      int tail = 2 * nidBytes;
      Offsets.check(header, "source", nidBytes);
      Offsets.check(header, "destinationPid", tail + DESTINATION_PID_AT);
      Offsets.check(header, "sourcePid", tail + SOURCE_PID_AT);
      Offsets.check(header, "type", tail + TYPE_AT);
      Offsets.check(header, "payloadLength", tail + PAYLOAD_LENGTH_AT);
      Offsets.check(header, "body", tail + BODY_AT);
    }
  }

  private HeaderLayout() {}

  /**
   * Writes a header with old NIDs.
   *
   * @param header what to write; its NIDs must not be large
   * @param segment where to
   * @param offset where it begins
   * @throws IllegalStateException if a NID is large
   */
  public static void encode72(LnetHeader header, MemorySegment segment, long offset) {
    segment.set(U64, offset, header.destination.nid4());
    segment.set(U64, offset + Nid.NID4_BYTES, header.source.nid4());
    encodeTail(header, segment, offset + 2 * Nid.NID4_BYTES);
  }

  /**
   * Writes a header with new NIDs.
   *
   * @param header what to write
   * @param segment where to
   * @param offset where it begins
   */
  public static void encode96(LnetHeader header, MemorySegment segment, long offset) {
    header.destination.writeTo(segment, offset);
    header.source.writeTo(segment, offset + Nid.BYTES);
    encodeTail(header, segment, offset + 2 * Nid.BYTES);
  }

  /**
   * Reads a header with old NIDs.
   *
   * @param segment where it lies, whole
   * @param offset where it begins
   * @param header filled; of no meaning if the header is not sound
   * @param nids gives the objects for the NIDs
   * @return zero, {@link Soundness#BAD_NID} or {@link Soundness#UNKNOWN_TYPE}
   */
  @CheckReturnValue
  public static int decode72(MemorySegment segment, long offset, LnetHeader header, NidTable nids) {
    header.clear();
    long destination = segment.get(U64, offset);
    long source = segment.get(U64, offset + Nid.NID4_BYTES);
    if (!Nid.isNid4(destination) || !Nid.isNid4(source)) {
      return Soundness.BAD_NID;
    }
    header.destination = nids.ofNid4(destination);
    header.source = nids.ofNid4(source);
    return decodeTail(header, segment, offset + 2 * Nid.NID4_BYTES);
  }

  /**
   * Reads a header with new NIDs.
   *
   * @param segment where it lies, whole
   * @param offset where it begins
   * @param header filled; of no meaning if the header is not sound
   * @param nids gives the objects for the NIDs
   * @return zero, {@link Soundness#BAD_NID} or {@link Soundness#UNKNOWN_TYPE}
   */
  @CheckReturnValue
  public static int decode96(MemorySegment segment, long offset, LnetHeader header, NidTable nids) {
    header.clear();
    if (!Nid.isNid(segment, offset) || !Nid.isNid(segment, offset + Nid.BYTES)) {
      return Soundness.BAD_NID;
    }
    header.destination = nids.readFrom(segment, offset);
    header.source = nids.readFrom(segment, offset + Nid.BYTES);
    return decodeTail(header, segment, offset + 2 * Nid.BYTES);
  }

  private static void encodeTail(LnetHeader header, MemorySegment segment, long tail) {
    segment.set(U32, tail + DESTINATION_PID_AT, header.destinationPid);
    segment.set(U32, tail + SOURCE_PID_AT, header.sourcePid);
    segment.set(U32, tail + TYPE_AT, header.type.code());
    segment.set(U32, tail + PAYLOAD_LENGTH_AT, header.payloadLength);
    long body = tail + BODY_AT;
    for (int at = 0; at < BODY_BYTES; at += Long.BYTES) {
      segment.set(U64, body + at, 0);
    }
    if (header.type == MessageType.HELLO) {
      return;
    }
    segment.set(U64, body + INTERFACE_COOKIE_AT, header.wireInterfaceCookie);
    segment.set(U64, body + OBJECT_COOKIE_AT, header.wireObjectCookie);
    switch (header.type) {
      case ACK -> {
        segment.set(U64, body + MATCH_BITS_AT, header.matchBits);
        segment.set(U32, body + ACK_LENGTH_AT, header.length);
      }
      case PUT -> {
        segment.set(U64, body + MATCH_BITS_AT, header.matchBits);
        segment.set(U64, body + PUT_HEADER_DATA_AT, header.headerData);
        segment.set(U32, body + PUT_PORTAL_AT, header.portal);
        segment.set(U32, body + PUT_OFFSET_AT, header.offset);
      }
      case GET -> {
        segment.set(U64, body + MATCH_BITS_AT, header.matchBits);
        segment.set(U32, body + GET_PORTAL_AT, header.portal);
        segment.set(U32, body + GET_OFFSET_AT, header.offset);
        segment.set(U32, body + GET_LENGTH_AT, header.length);
      }
      case REPLY, HELLO -> {}
    }
  }

  private static int decodeTail(LnetHeader header, MemorySegment segment, long tail) {
    header.destinationPid = segment.get(U32, tail + DESTINATION_PID_AT);
    header.sourcePid = segment.get(U32, tail + SOURCE_PID_AT);
    header.payloadLength = segment.get(U32, tail + PAYLOAD_LENGTH_AT);
    int type = segment.get(U32, tail + TYPE_AT);
    if (!MessageType.isKnown(type)) {
      return Soundness.UNKNOWN_TYPE;
    }
    header.type = MessageType.ofCode(type);
    if (header.type == MessageType.HELLO) {
      return Soundness.SOUND;
    }
    long body = tail + BODY_AT;
    header.wireInterfaceCookie = segment.get(U64, body + INTERFACE_COOKIE_AT);
    header.wireObjectCookie = segment.get(U64, body + OBJECT_COOKIE_AT);
    switch (header.type) {
      case ACK -> {
        header.matchBits = segment.get(U64, body + MATCH_BITS_AT);
        header.length = segment.get(U32, body + ACK_LENGTH_AT);
      }
      case PUT -> {
        header.matchBits = segment.get(U64, body + MATCH_BITS_AT);
        header.headerData = segment.get(U64, body + PUT_HEADER_DATA_AT);
        header.portal = segment.get(U32, body + PUT_PORTAL_AT);
        header.offset = segment.get(U32, body + PUT_OFFSET_AT);
      }
      case GET -> {
        header.matchBits = segment.get(U64, body + MATCH_BITS_AT);
        header.portal = segment.get(U32, body + GET_PORTAL_AT);
        header.offset = segment.get(U32, body + GET_OFFSET_AT);
        header.length = segment.get(U32, body + GET_LENGTH_AT);
      }
      case REPLY, HELLO -> {}
    }
    return Soundness.SOUND;
  }

  private static StructLayout structure(MemoryLayout nid) {
    return MemoryLayout.structLayout(
        nid.withName("destination"),
        nid.withName("source"),
        U32.withName("destinationPid"),
        U32.withName("sourcePid"),
        U32.withName("type"),
        U32.withName("payloadLength"),
        MemoryLayout.sequenceLayout(BODY_BYTES, ValueLayout.JAVA_BYTE).withName("body"));
  }
}
