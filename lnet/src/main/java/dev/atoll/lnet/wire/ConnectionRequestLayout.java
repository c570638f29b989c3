/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;
import static dev.atoll.lnet.wire.Words.U64;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.Nid;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The connection request: the first bytes on a connection, from the end that connects.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | magic 0xacce7100  | version 1 or 2    |   0
 *   +-------------------+-------------------+
 *   | target NID: old form in version 1,    |   8
 *   |   new form in version 2               |
 *   +---------------------------------------+  16 or 28
 * </pre>
 *
 * <p>In the sender's byte order, but for the new form of a NID; the magic tells which. There is no
 * answer to a good request. One of another version is answered with the structure of version 1,
 * without a NID, and so is {@link Soundness#PROTOCOL_QUERY}.
 */
public final class ConnectionRequestLayout {
  /** The first word. */
  public static final int MAGIC = 0xacce_7100;

  /** Bytes of version 1, which is for short NIDs, and of the answer to other versions. */
  public static final int V1_BYTES = 16;

  /** Bytes of version 2, which is for all NIDs. */
  public static final int V2_BYTES = 28;

  private static final StructLayout V1 =
      MemoryLayout.structLayout(
          U32.withName("magic"), U32.withName("version"), U64.withName("target"));
  private static final StructLayout V2 =
      MemoryLayout.structLayout(
          U32.withName("magic"),
          U32.withName("version"),
          MemoryLayout.sequenceLayout(Nid.BYTES, ValueLayout.JAVA_BYTE).withName("target"));

  private static final int VERSION_AT = 4;
  private static final int TARGET_AT = 8;

  static {
    Offsets.check(V1, "version", VERSION_AT);
    Offsets.check(V1, "target", TARGET_AT);
    Offsets.check(V2, "target", TARGET_AT);
    Offsets.checkSize(V1, V1_BYTES);
    Offsets.checkSize(V2, V2_BYTES);
  }

  private ConnectionRequestLayout() {}

  /**
   * Looks at the first bytes of a connection.
   *
   * @param segment where they lie
   * @param offset where the request begins
   * @param available how many bytes have come
   * @return zero if a request is there; how many bytes to wait for; or what is wrong, of which
   *     {@link Soundness#UNKNOWN_VERSION} and {@link Soundness#PROTOCOL_QUERY} want an answer
   */
  @CheckReturnValue
  public static int inspect(MemorySegment segment, long offset, long available) {
    if (available < VERSION_AT) {
      return VERSION_AT;
    }
    int magic = segment.get(U32, offset);
    if (magic == HelloLayout.MAGIC || magic == Integer.reverseBytes(HelloLayout.MAGIC)) {
      return Soundness.PROTOCOL_QUERY;
    }
    if (magic != MAGIC && magic != Integer.reverseBytes(MAGIC)) {
      return Soundness.FOREIGN_MAGIC;
    }
    if (available < TARGET_AT) {
      return TARGET_AT;
    }
    int version = version(segment, offset);
    if (version != 1 && version != 2) {
      return Soundness.UNKNOWN_VERSION;
    }
    int bytes = bytes(version);
    if (available < bytes) {
      return bytes;
    }
    boolean good =
        version == 1 ? Nid.isNid4(nid4(segment, offset)) : Nid.isNid(segment, offset + TARGET_AT);
    return good ? Soundness.SOUND : Soundness.BAD_NID;
  }

  /**
   * Tells how long a sound request is.
   *
   * @param segment where it lies
   * @param offset where it begins
   * @return its bytes
   */
  public static int bytes(MemorySegment segment, long offset) {
    return bytes(version(segment, offset));
  }

  /**
   * Gives the NID that a sound request is for.
   *
   * @param segment where the request lies
   * @param offset where it begins
   * @return the NID
   */
  public static Nid target(MemorySegment segment, long offset) {
    return version(segment, offset) == 1
        ? Nid.ofNid4(nid4(segment, offset))
        : Nid.readFrom(segment, offset + TARGET_AT);
  }

  /**
   * Gives the version of a request whose magic is good.
   *
   * @param segment where the request lies
   * @param offset where it begins
   * @return the version, known or not
   */
  public static int version(MemorySegment segment, long offset) {
    int version = segment.get(U32, offset + VERSION_AT);
    return isForeignOrder(segment, offset) ? Integer.reverseBytes(version) : version;
  }

  /**
   * Tells whether the sender of a request has another byte order.
   *
   * @param segment where the request lies
   * @param offset where it begins
   * @return whether its magic is reversed
   */
  public static boolean isForeignOrder(MemorySegment segment, long offset) {
    return segment.get(U32, offset) == Integer.reverseBytes(MAGIC);
  }

  /**
   * Writes a request.
   *
   * @param target the NID that shall be connected to; a large one makes version 2
   * @param segment where to, with room for {@link #V2_BYTES}
   * @param offset where it begins
   * @return its bytes
   */
  public static int encode(Nid target, MemorySegment segment, long offset) {
    int version = target.isLarge() ? 2 : 1;
    segment.set(U32, offset, MAGIC);
    segment.set(U32, offset + VERSION_AT, version);
    if (version == 1) {
      segment.set(U64, offset + TARGET_AT, target.nid4());
    } else {
      target.writeTo(segment, offset + TARGET_AT);
    }
    return bytes(version);
  }

  /**
   * Writes the answer to a version that is not known here.
   *
   * @param segment where to, with room for {@link #V1_BYTES}
   * @param offset where it begins
   * @return its bytes
   */
  public static int encodeVersionAnswer(MemorySegment segment, long offset) {
    segment.set(U32, offset, MAGIC);
    segment.set(U32, offset + VERSION_AT, 1);
    segment.set(U64, offset + TARGET_AT, 0);
    return V1_BYTES;
  }

  private static int bytes(int version) {
    return version == 1 ? V1_BYTES : V2_BYTES;
  }

  private static long nid4(MemorySegment segment, long offset) {
    long nid4 = segment.get(U64, offset + TARGET_AT);
    return isForeignOrder(segment, offset) ? Long.reverseBytes(nid4) : nid4;
  }
}
