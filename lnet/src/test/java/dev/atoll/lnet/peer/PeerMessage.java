/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A header of LNet; every field may be wrong on purpose. Fields that a type lacks are 0.
 *
 * @param type 0 ACK, 1 PUT, 2 GET, 3 REPLY
 * @param target whom it is for
 * @param source who began it
 * @param targetPid 12345 for nodes
 * @param sourcePid 12345 for nodes
 * @param payloadLength what the header says, which need not be what follows
 * @param handleHigh first half of the handle: ack handle of a PUT, return handle of a GET, or the
 *     one that is answered
 * @param handleLow second half of it
 * @param matchBits of PUT, GET and ACK
 * @param headerData of a PUT
 * @param portal of PUT and GET
 * @param offset of PUT and GET
 * @param length sink length of a GET, kept length of an ACK
 */
public record PeerMessage(
    int type,
    PeerNid target,
    PeerNid source,
    int targetPid,
    int sourcePid,
    int payloadLength,
    long handleHigh,
    long handleLow,
    long matchBits,
    long headerData,
    int portal,
    int offset,
    int length) {
  /** Tells how much of a PUT was kept. */
  public static final int ACK = 0;

  /** Brings bytes. */
  public static final int PUT = 1;

  /** Asks for bytes. */
  public static final int GET = 2;

  /** Brings what a GET asked for. */
  public static final int REPLY = 3;

  /** What pings and pushes match. */
  public static final long PING_BITS = 1L << 63;

  private static final int PID = 12345;

  /** A GET. */
  public static PeerMessage get(
      PeerNid source, PeerNid target, long handle, int portal, long bits, int offset, int length) {
    return new PeerMessage(
        GET,
        target,
        source,
        PID,
        PID,
        0,
        source.hashCode(),
        handle,
        bits,
        0,
        portal,
        offset,
        length);
  }

  /** The GET of a ping. */
  public static PeerMessage ping(PeerNid source, PeerNid target, long handle, int length) {
    return get(source, target, handle, 0, PING_BITS, 0, length);
  }

  /** A PUT that asks for an ACK, or none with handle -1. */
  public static PeerMessage put(
      PeerNid source, PeerNid target, long handle, int portal, long bits, int payloadLength) {
    return new PeerMessage(
        PUT,
        target,
        source,
        PID,
        PID,
        payloadLength,
        handle == -1 ? -1 : source.hashCode(),
        handle,
        bits,
        0,
        portal,
        0,
        0);
  }

  /** The REPLY to a GET. */
  public PeerMessage reply(int payloadLength) {
    return answer(REPLY, payloadLength, 0, 0);
  }

  /** The ACK to a PUT. */
  public PeerMessage ack(int kept) {
    return answer(ACK, 0, matchBits, kept);
  }

  private PeerMessage answer(int kind, int bytes, long bits, int kept) {
    return new PeerMessage(
        kind,
        /* target= */ source,
        /* source= */ target,
        /* targetPid= */ sourcePid,
        /* sourcePid= */ PID,
        bytes,
        handleHigh,
        handleLow,
        bits,
        0,
        0,
        0,
        kept);
  }

  /** The same of another type. */
  public PeerMessage withType(int value) {
    return new PeerMessage(
        value,
        target,
        source,
        targetPid,
        sourcePid,
        payloadLength,
        handleHigh,
        handleLow,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same for another node. */
  public PeerMessage withTarget(PeerNid value) {
    return new PeerMessage(
        type,
        value,
        source,
        targetPid,
        sourcePid,
        payloadLength,
        handleHigh,
        handleLow,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same from another node. */
  public PeerMessage withSource(PeerNid value) {
    return new PeerMessage(
        type,
        target,
        value,
        targetPid,
        sourcePid,
        payloadLength,
        handleHigh,
        handleLow,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same with other pids. */
  public PeerMessage withPids(int toPid, int fromPid) {
    return new PeerMessage(
        type,
        target,
        source,
        toPid,
        fromPid,
        payloadLength,
        handleHigh,
        handleLow,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same that announces another length. */
  public PeerMessage withPayloadLength(int value) {
    return new PeerMessage(
        type,
        target,
        source,
        targetPid,
        sourcePid,
        value,
        handleHigh,
        handleLow,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same with another handle. */
  public PeerMessage withHandle(long high, long low) {
    return new PeerMessage(
        type,
        target,
        source,
        targetPid,
        sourcePid,
        payloadLength,
        high,
        low,
        matchBits,
        headerData,
        portal,
        offset,
        length);
  }

  /** The same with header data and an offset. */
  public PeerMessage withData(long data, int at) {
    return new PeerMessage(
        type,
        target,
        source,
        targetPid,
        sourcePid,
        payloadLength,
        handleHigh,
        handleLow,
        matchBits,
        data,
        portal,
        at,
        length);
  }

  /** How many bytes the header has in a version of socklnd. */
  public static int sizeOf(int version) {
    return version == 4 ? 96 : 72;
  }

  /** The bytes of it. */
  public byte[] encode(int version) {
    ByteBuffer out = ByteBuffer.allocate(sizeOf(version)).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 4) {
      out.put(target.nid20()).put(source.nid20());
    } else {
      out.putLong(target.nid4()).putLong(source.nid4());
    }
    out.putInt(targetPid).putInt(sourcePid).putInt(type).putInt(payloadLength);
    out.putLong(handleHigh).putLong(handleLow);
    switch (type) {
      case ACK -> out.putLong(matchBits).putInt(length);
      case PUT -> out.putLong(matchBits).putLong(headerData).putInt(portal).putInt(offset);
      case REPLY -> out.position(out.limit());
      default -> out.putLong(matchBits).putInt(portal).putInt(offset).putInt(length);
    }
    return out.array();
  }

  /** Reads a header. */
  public static PeerMessage decode(byte[] bytes, int version) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    PeerNid target = nid(in, version);
    PeerNid source = nid(in, version);
    int targetPid = in.getInt();
    int sourcePid = in.getInt();
    int type = in.getInt();
    int payloadLength = in.getInt();
    long high = in.getLong();
    long low = in.getLong();
    long bits = in.getLong();
    int first = in.getInt();
    int second = in.getInt();
    int third = in.getInt();
    int fourth = in.getInt();
    boolean isAnswer = type == ACK || type == REPLY;
    return new PeerMessage(
        type,
        target,
        source,
        targetPid,
        sourcePid,
        payloadLength,
        high,
        low,
        bits,
        type == PUT ? (first & 0xffffffffL) | ((long) second << 32) : 0,
        isAnswer ? 0 : type == PUT ? third : first,
        isAnswer ? 0 : type == PUT ? fourth : second,
        type == ACK ? first : type == PUT || type == REPLY ? 0 : third);
  }

  private static PeerNid nid(ByteBuffer in, int version) {
    if (version != 4) {
      return PeerNid.of4(in.getLong());
    }
    byte[] bytes = new byte[20];
    in.get(bytes);
    return PeerNid.of20(bytes);
  }
}
