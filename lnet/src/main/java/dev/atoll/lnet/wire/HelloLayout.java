/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;
import static dev.atoll.lnet.wire.Words.U64;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.ProcessId;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The HELLO, which both ends of a connection send once, in four versions.
 *
 * <pre>
 *    2,3   4
 *     0    0  +-------------------+-------------------+
 *             | magic 0x45726963  | version           |
 *     8    8  +-------------------+-------------------+
 *             | source NID                            |   old form in 2 and 3, new form in 4
 *    16   28  +---------------------------------------+
 *             | destination NID                       |   the same
 *    24   48  +-------------------+-------------------+
 *             | source pid        | destination pid   |
 *    32   56  +-------------------+-------------------+
 *             | source incarnation                    |
 *    40   64  +---------------------------------------+
 *             | destination incarnation               |
 *    48   72  +-------------------+-------------------+
 *             | type              | address count     |
 *    56   80  +-------------------+-------------------+
 *             | addresses, 4 bytes each; not in 4     |
 *
 *   version 1: an LNet header of 72 bytes
 *     0   +-------------------+---------+---------+
 *         | magic 0xeebc0ded  | major 1 | minor 0 |
 *     8   +-------------------+---------+---------+
 *         | source NID, old form                  |
 *    16   +-------------------+-------------------+
 *         | zero              | source pid        |
 *    24   +-------------------+-------------------+
 *         | 4, HELLO          | 4 * addresses     |
 *    32   +-------------------+-------------------+
 *         | source incarnation                    |
 *    40   +-------------------+-------------------+
 *         | type              | zero to byte 72   |
 * </pre>
 *
 * <p>Version 1 is little-endian. The others are in the sender's order, told by the magic, but for
 * new NIDs. Addresses are of the past: they are read over, and never written.
 */
public final class HelloLayout {
  /** The first word of versions 2 to 4. */
  public static final int MAGIC = 0x4572_6963;

  /** The first word of version 1. */
  public static final int V1_MAGIC = 0xeebc_0ded;

  /** The most addresses that a HELLO may list. */
  public static final int ADDRESSES_MAX = 16;

  /** No HELLO is longer. */
  public static final int BYTES_MAX = 72 + Integer.BYTES * ADDRESSES_MAX;

  private static final int V1_BYTES = 72;
  private static final int V2_BYTES = 56;
  private static final int V4_BYTES = 80;

  private static final int VERSION_AT = 4;
  private static final int SOURCE_AT = 8;

  /** Offsets in version 1. */
  private static final int V1_SOURCE_PID_AT = 20;

  private static final int V1_MESSAGE_TYPE_AT = 24;
  private static final int V1_LIST_BYTES_AT = 28;
  private static final int V1_INCARNATION_AT = 32;
  private static final int V1_TYPE_AT = 40;

  /** Offsets from the end of the NIDs in versions 2 to 4. */
  private static final int SOURCE_PID_AT = 0;

  private static final int DESTINATION_PID_AT = 4;
  private static final int SOURCE_INCARNATION_AT = 8;
  private static final int DESTINATION_INCARNATION_AT = 16;
  private static final int TYPE_AT = 24;
  private static final int COUNT_AT = 28;

  static {
    checkV1();
    checkLater(Nid.NID4_BYTES, V2_BYTES);
    checkLater(Nid.BYTES, V4_BYTES);
  }

  private HelloLayout() {}

  /**
   * Looks at the first bytes of a HELLO.
   *
   * @param segment where they lie
   * @param offset where the HELLO begins
   * @param available how many bytes have come
   * @return zero if a HELLO is there; how many bytes to wait for, at most {@link #BYTES_MAX}; or
   *     what is wrong, of which {@link Soundness#UNKNOWN_VERSION} wants an answer
   */
  @CheckReturnValue
  public static int inspect(MemorySegment segment, long offset, long available) {
    if (available < VERSION_AT) {
      return VERSION_AT;
    }
    int magic = segment.get(U32, offset);
    if (magic != MAGIC && magic != V1_MAGIC && magic != Integer.reverseBytes(MAGIC)) {
      return Soundness.FOREIGN_MAGIC;
    }
    if (available < SOURCE_AT) {
      return SOURCE_AT;
    }
    int version = version(segment, offset);
    if (version == 0) {
      return Soundness.UNKNOWN_VERSION;
    }
    int fixedBytes = fixedBytes(version);
    if (available < fixedBytes) {
      return fixedBytes;
    }
    int faults = version == 1 ? faultsOfV1(segment, offset) : faultsOfLater(segment, offset);
    if (faults != Soundness.SOUND) {
      return faults;
    }
    int bytes = fixedBytes + Integer.BYTES * addressCount(segment, offset, version);
    return available < bytes ? bytes : faultsOfList(segment, offset + fixedBytes, offset + bytes);
  }

  /**
   * Tells how long a sound HELLO is.
   *
   * @param segment where it lies
   * @param offset where it begins
   * @return its bytes, addresses included
   */
  public static int bytes(MemorySegment segment, long offset) {
    int version = version(segment, offset);
    return fixedBytes(version) + Integer.BYTES * addressCount(segment, offset, version);
  }

  /**
   * Tells whether the sender of a HELLO has another byte order; so are its frame headers, but not
   * its LNet headers.
   *
   * @param segment where the HELLO lies
   * @param offset where it begins
   * @return whether the magic is reversed
   */
  public static boolean isForeignOrder(MemorySegment segment, long offset) {
    return segment.get(U32, offset) == Integer.reverseBytes(MAGIC);
  }

  /**
   * Reads a sound HELLO.
   *
   * @param segment where it lies
   * @param offset where it begins
   * @return what it says; an ill-formed destination, at which nobody looks, is read as {@link
   *     Nid#ANY}
   */
  public static Hello decode(MemorySegment segment, long offset) {
    int version = version(segment, offset);
    return version == 1 ? decodeV1(segment, offset) : decodeLater(segment, offset, version);
  }

  /**
   * Writes a HELLO without addresses.
   *
   * @param hello what it says; NIDs must not be large before version 4
   * @param segment where to, with room for 80 bytes
   * @param offset where it begins
   * @return its bytes
   * @throws IllegalArgumentException if there is no such version
   * @throws IllegalStateException if the version cannot hold a NID
   */
  public static int encode(Hello hello, MemorySegment segment, long offset) {
    switch (hello.version()) {
      case 1 -> encodeV1(hello, segment, offset);
      case 2, 3, 4 -> encodeLater(hello, segment, offset);
      default -> throw new IllegalArgumentException("version=" + hello.version());
    }
    return fixedBytes(hello.version());
  }

  /** Gives the version, or 0 if it is none. */
  private static int version(MemorySegment segment, long offset) {
    int version = ordered(segment, offset, VERSION_AT);
    if (segment.get(U32, offset) == V1_MAGIC) {
      return version == 1 ? 1 : 0; // Major 1 and minor 0, two shorts.
    }
    return version >= 2 && version <= 4 ? version : 0;
  }

  private static int fixedBytes(int version) {
    return switch (version) {
      case 1 -> V1_BYTES;
      case 4 -> V4_BYTES;
      default -> V2_BYTES;
    };
  }

  private static int faultsOfV1(MemorySegment segment, long offset) {
    int listBytes = segment.get(U32, offset + V1_LIST_BYTES_AT);
    if (segment.get(U32, offset + V1_MESSAGE_TYPE_AT) != MessageType.HELLO.code()
        || !ConnectionType.isKnown(segment.get(U32, offset + V1_TYPE_AT))) {
      return Soundness.UNKNOWN_TYPE;
    }
    if (listBytes < 0 || listBytes > Integer.BYTES * ADDRESSES_MAX || (listBytes & 3) != 0) {
      return Soundness.BAD_COUNT;
    }
    return Nid.isNid4(segment.get(U64, offset + SOURCE_AT)) ? Soundness.SOUND : Soundness.BAD_NID;
  }

  private static int faultsOfLater(MemorySegment segment, long offset) {
    int version = version(segment, offset);
    int tail = tailAt(version);
    boolean goodNid =
        version == 4
            ? Nid.isNid(segment, offset + SOURCE_AT)
            : Nid.isNid4(orderedLong(segment, offset, SOURCE_AT));
    if (!goodNid) {
      return Soundness.BAD_NID;
    }
    if (!ConnectionType.isKnown(ordered(segment, offset, tail + TYPE_AT))) {
      return Soundness.UNKNOWN_TYPE;
    }
    int count = addressCount(segment, offset, version);
    return count < 0 || count > ADDRESSES_MAX ? Soundness.BAD_COUNT : Soundness.SOUND;
  }

  private static int faultsOfList(MemorySegment segment, long from, long to) {
    for (long at = from; at < to; at += Integer.BYTES) {
      if (segment.get(U32, at) == 0) {
        return Soundness.ZERO_ADDRESS;
      }
    }
    return Soundness.SOUND;
  }

  /** Gives how many addresses follow; in version 4 none do, whatever the field says. */
  private static int addressCount(MemorySegment segment, long offset, int version) {
    return switch (version) {
      case 1 -> segment.get(U32, offset + V1_LIST_BYTES_AT) / Integer.BYTES;
      case 4 -> 0;
      default -> ordered(segment, offset, tailAt(version) + COUNT_AT);
    };
  }

  private static Hello decodeV1(MemorySegment segment, long offset) {
    Nid source = Nid.ofNid4(segment.get(U64, offset + SOURCE_AT));
    return new Hello(
        1,
        new ProcessId(source, segment.get(U32, offset + V1_SOURCE_PID_AT)),
        ProcessId.ANY,
        segment.get(U64, offset + V1_INCARNATION_AT),
        0,
        ConnectionType.ofCode(segment.get(U32, offset + V1_TYPE_AT)));
  }

  private static Hello decodeLater(MemorySegment segment, long offset, int version) {
    int tail = tailAt(version);
    Nid source = nid(segment, offset, version, SOURCE_AT);
    Nid destination = nid(segment, offset, version, SOURCE_AT + nidBytes(version));
    return new Hello(
        version,
        new ProcessId(source, ordered(segment, offset, tail + SOURCE_PID_AT)),
        new ProcessId(destination, ordered(segment, offset, tail + DESTINATION_PID_AT)),
        orderedLong(segment, offset, tail + SOURCE_INCARNATION_AT),
        orderedLong(segment, offset, tail + DESTINATION_INCARNATION_AT),
        ConnectionType.ofCode(ordered(segment, offset, tail + TYPE_AT)));
  }

  private static void encodeV1(Hello hello, MemorySegment segment, long offset) {
    segment.asSlice(offset, V1_BYTES).fill((byte) 0);
    segment.set(U32, offset, V1_MAGIC);
    segment.set(U32, offset + VERSION_AT, 1);
    segment.set(U64, offset + SOURCE_AT, hello.source().nid().nid4());
    segment.set(U32, offset + V1_SOURCE_PID_AT, hello.source().pid());
    segment.set(U32, offset + V1_MESSAGE_TYPE_AT, MessageType.HELLO.code());
    segment.set(U64, offset + V1_INCARNATION_AT, hello.sourceIncarnation());
    segment.set(U32, offset + V1_TYPE_AT, hello.type().code());
  }

  private static void encodeLater(Hello hello, MemorySegment segment, long offset) {
    segment.set(U32, offset, MAGIC);
    segment.set(U32, offset + VERSION_AT, hello.version());
    Nid source = hello.source().nid();
    Nid destination = hello.destination().nid();
    if (hello.version() == 4) {
      source.writeTo(segment, offset + SOURCE_AT);
      destination.writeTo(segment, offset + SOURCE_AT + Nid.BYTES);
    } else {
      segment.set(U64, offset + SOURCE_AT, source.nid4());
      segment.set(U64, offset + SOURCE_AT + Nid.NID4_BYTES, destination.nid4());
    }
    long tail = offset + tailAt(hello.version());
    segment.set(U32, tail + SOURCE_PID_AT, hello.source().pid());
    segment.set(U32, tail + DESTINATION_PID_AT, hello.destination().pid());
    segment.set(U64, tail + SOURCE_INCARNATION_AT, hello.sourceIncarnation());
    segment.set(U64, tail + DESTINATION_INCARNATION_AT, hello.destinationIncarnation());
    segment.set(U32, tail + TYPE_AT, hello.type().code());
    segment.set(U32, tail + COUNT_AT, 0);
  }

  private static Nid nid(MemorySegment segment, long offset, int version, int at) {
    if (version == 4) {
      return Nid.isNid(segment, offset + at) ? Nid.readFrom(segment, offset + at) : Nid.ANY;
    }
    long nid4 = orderedLong(segment, offset, at);
    return Nid.isNid4(nid4) ? Nid.ofNid4(nid4) : Nid.ANY;
  }

  private static int nidBytes(int version) {
    return version == 4 ? Nid.BYTES : Nid.NID4_BYTES;
  }

  private static int tailAt(int version) {
    return SOURCE_AT + 2 * nidBytes(version);
  }

  private static int ordered(MemorySegment segment, long offset, int at) {
    int word = segment.get(U32, offset + at);
    return isForeignOrder(segment, offset) ? Integer.reverseBytes(word) : word;
  }

  private static long orderedLong(MemorySegment segment, long offset, int at) {
    long word = segment.get(U64, offset + at);
    return isForeignOrder(segment, offset) ? Long.reverseBytes(word) : word;
  }

  private static void checkV1() {
    StructLayout hello =
        MemoryLayout.structLayout(
            U32.withName("magic"),
            U32.withName("version"),
            U64.withName("source"),
            U32.withName("destinationPid"),
            U32.withName("sourcePid"),
            U32.withName("messageType"),
            U32.withName("listBytes"),
            U64.withName("incarnation"),
            U32.withName("type"),
            MemoryLayout.sequenceLayout(28, ValueLayout.JAVA_BYTE).withName("reserved"));
    Offsets.check(hello, "version", VERSION_AT);
    Offsets.check(hello, "source", SOURCE_AT);
    Offsets.check(hello, "sourcePid", V1_SOURCE_PID_AT);
    Offsets.check(hello, "messageType", V1_MESSAGE_TYPE_AT);
    Offsets.check(hello, "listBytes", V1_LIST_BYTES_AT);
    Offsets.check(hello, "incarnation", V1_INCARNATION_AT);
    Offsets.check(hello, "type", V1_TYPE_AT);
    Offsets.checkSize(hello, V1_BYTES);
  }

  private static void checkLater(int nidBytes, int bytes) {
    MemoryLayout nid = MemoryLayout.sequenceLayout(nidBytes, ValueLayout.JAVA_BYTE);
    StructLayout hello =
        MemoryLayout.structLayout(
            U32.withName("magic"),
            U32.withName("version"),
            nid.withName("source"),
            nid.withName("destination"),
            U32.withName("sourcePid"),
            U32.withName("destinationPid"),
            U64.withName("sourceIncarnation"),
            U64.withName("destinationIncarnation"),
            U32.withName("type"),
            U32.withName("count"));
    int tail = SOURCE_AT + 2 * nidBytes;
    Offsets.check(hello, "source", SOURCE_AT);
    Offsets.check(hello, "sourcePid", tail + SOURCE_PID_AT);
    Offsets.check(hello, "destinationPid", tail + DESTINATION_PID_AT);
    Offsets.check(hello, "sourceIncarnation", tail + SOURCE_INCARNATION_AT);
    Offsets.check(hello, "destinationIncarnation", tail + DESTINATION_INCARNATION_AT);
    Offsets.check(hello, "type", tail + TYPE_AT);
    Offsets.check(hello, "count", tail + COUNT_AT);
    Offsets.checkSize(hello, bytes);
  }
}
