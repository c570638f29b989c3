/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;
import static dev.atoll.lnet.wire.Words.U64;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.NetworkType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.PingInfo;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The ping info: the payload of the REPLY to a ping and of a push.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | magic 0x70696e67  | features          |   0
 *   +-------------------+-------------------+
 *   | pid               | count of entries  |   8
 *   +-------------------+-------------------+
 *   | entries of short NIDs, 16 bytes each  |  16
 *   +---------------------------------------+
 *   | entries of large NIDs, to the end     |
 *   +---------------------------------------+
 *
 *   entry of a short NID                        entry of a large NID
 *   +-------------------+-------------------+   +-------------------+-------------------+
 *   | NID, old form                         |   | status            | NID, new form ... |   0
 *   +-------------------+-------------------+   +-------------------+                   |
 *   | status            | bytes             |   |   without the zeros behind a short    |   8
 *   +-------------------+-------------------+   |   address, to a multiple of 4         |  16
 *                                               +---------------------------------------+  24
 * </pre>
 *
 * <p>The first entry is {@code 0@lo}; its status is the sequence number of the info, and its bytes
 * are those of the whole info if the feature {@link PingInfo#LARGE_ADDRESSES} is set, else zero. In
 * the sender's byte order, told by the magic, but for new NIDs.
 */
public final class PingInfoLayout {
  /** The first word. */
  public static final int MAGIC = 0x7069_6e67;

  /** The most entries that an info may have; Lustre's {@code max_interfaces}. */
  public static final int ENTRIES_MAX = 4096;

  /** No info is longer. */
  public static final int BYTES_MAX = 16 + 24 * ENTRIES_MAX;

  /** The least that makes sense: what stands before the entries, and the first of them. */
  public static final int BYTES_MIN = 32;

  private static final int FEATURES_AT = 4;
  private static final int PID_AT = 8;
  private static final int COUNT_AT = 12;
  private static final int ENTRIES_AT = 16;

  private static final int ENTRY_BYTES = 16;
  private static final int STATUS_AT = 8;
  private static final int INFO_BYTES_AT = 12;

  private static final int LARGE_ENTRY_BYTES = 24;
  private static final int LARGE_NID_AT = 4;

  /** A large entry whose NID has a 4-byte address, the shortest there is. */
  private static final int LARGE_ENTRY_OF_4_BYTES = 12;

  private static final int LOOPBACK_TYPE = NetworkType.LO.code();

  static {
    StructLayout head =
        MemoryLayout.structLayout(
            U32.withName("magic"),
            U32.withName("features"),
            U32.withName("pid"),
            U32.withName("count"));
    Offsets.check(head, "features", FEATURES_AT);
    Offsets.check(head, "pid", PID_AT);
    Offsets.check(head, "count", COUNT_AT);
    Offsets.checkSize(head, ENTRIES_AT);
    StructLayout entry =
        MemoryLayout.structLayout(
            U64.withName("nid"), U32.withName("status"), U32.withName("infoBytes"));
    Offsets.check(entry, "status", STATUS_AT);
    Offsets.check(entry, "infoBytes", INFO_BYTES_AT);
    Offsets.checkSize(entry, ENTRY_BYTES);
    StructLayout large =
        MemoryLayout.structLayout(
            U32.withName("status"),
            MemoryLayout.sequenceLayout(Nid.BYTES, ValueLayout.JAVA_BYTE).withName("nid"));
    Offsets.check(large, "nid", LARGE_NID_AT);
    Offsets.checkSize(large, LARGE_ENTRY_BYTES);
  }

  private PingInfoLayout() {}

  /**
   * Tells how long an info is.
   *
   * @param info what to write
   * @return its bytes
   */
  public static int bytes(PingInfo info) {
    int bytes = ENTRIES_AT + ENTRY_BYTES;
    for (PingInfo.Interface one : info.interfaces()) {
      bytes += one.nid().isLarge() ? LARGE_ENTRY_BYTES : ENTRY_BYTES;
    }
    return bytes;
  }

  /**
   * Writes an info.
   *
   * @param info what to write
   * @param segment where to, with room for {@link #bytes(PingInfo)}
   * @param offset where it begins
   * @return its bytes
   */
  public static int encode(PingInfo info, MemorySegment segment, long offset) {
    int bytes = bytes(info);
    long at = offset + ENTRIES_AT;
    int shortEntries = 1;
    putShort(
        segment,
        at,
        new PingInfo.Interface(Nid.LOOPBACK, info.sequence()),
        info.has(PingInfo.LARGE_ADDRESSES) ? bytes : 0);
    at += ENTRY_BYTES;
    for (PingInfo.Interface one : info.interfaces()) {
      if (one.nid().isLarge()) {
        segment.set(U32, at, one.status());
        one.nid().writeTo(segment, at + LARGE_NID_AT);
        at += LARGE_ENTRY_BYTES;
      } else {
        putShort(segment, at, one, 0);
        at += ENTRY_BYTES;
        shortEntries++;
      }
    }
    segment.set(U32, offset, MAGIC);
    segment.set(U32, offset + FEATURES_AT, info.features());
    segment.set(U32, offset + PID_AT, info.pid());
    segment.set(U32, offset + COUNT_AT, shortEntries);
    return bytes;
  }

  /**
   * Looks at an info.
   *
   * @param segment where it lies
   * @param offset where it begins
   * @param length how many bytes of it there are; what follows the info is not looked at
   * @return zero, or what is wrong; after {@link Soundness#TRUNCATED} {@link #neededBytes} tells
   *     how many bytes the whole info has
   */
  @CheckReturnValue
  public static int inspect(MemorySegment segment, long offset, long length) {
    int faults = faultsOfHead(segment, offset, length);
    if (faults != Soundness.SOUND) {
      return faults;
    }
    long needed = neededBytes(segment, offset);
    long shortEnd = ENTRIES_AT + (long) ENTRY_BYTES * count(segment, offset);
    if (needed < shortEnd || needed > BYTES_MAX) {
      return Soundness.BAD_LENGTH;
    }
    if (needed > length) {
      return Soundness.TRUNCATED;
    }
    for (long at = ENTRIES_AT + ENTRY_BYTES; at < shortEnd; at += ENTRY_BYTES) {
      long nid4 = orderedLong(segment, offset, at);
      if (!Nid.isNid4(nid4) || nid4 == Nid.ANY.nid4() || isLoopback(nid4)) {
        return Soundness.BAD_NID;
      }
    }
    return faultsOfLarge(segment, offset, shortEnd, needed);
  }

  /**
   * Tells how many bytes an info has in whole, of which only the begin need be there.
   *
   * @param segment where it lies
   * @param offset where it begins, with {@link #BYTES_MIN} bytes there
   * @return what the info says of its length; at most {@link #BYTES_MAX} unless {@link #inspect}
   *     found it bad
   */
  public static long neededBytes(MemorySegment segment, long offset) {
    if ((ordered(segment, offset, FEATURES_AT) & PingInfo.LARGE_ADDRESSES) != 0) {
      return Integer.toUnsignedLong(ordered(segment, offset, ENTRIES_AT + INFO_BYTES_AT));
    }
    return ENTRIES_AT + ENTRY_BYTES * Integer.toUnsignedLong(count(segment, offset));
  }

  /**
   * Reads a sound info.
   *
   * @param segment where it lies
   * @param offset where it begins
   * @return what it says
   */
  public static PingInfo decode(MemorySegment segment, long offset) {
    int count = count(segment, offset);
    List<PingInfo.Interface> interfaces = new ArrayList<>();
    long at = ENTRIES_AT + ENTRY_BYTES;
    for (int i = 1; i < count; i++, at += ENTRY_BYTES) {
      Nid nid = Nid.ofNid4(orderedLong(segment, offset, at));
      interfaces.add(new PingInfo.Interface(nid, ordered(segment, offset, at + STATUS_AT)));
    }
    long end = neededBytes(segment, offset);
    while (at < end) {
      int bytes = largeEntryBytes(segment, offset + at);
      // Nobody puts short addresses here; they would have their place further up.
      if (bytes == LARGE_ENTRY_BYTES) {
        Nid nid = Nid.readFrom(segment, offset + at + LARGE_NID_AT);
        interfaces.add(new PingInfo.Interface(nid, ordered(segment, offset, at)));
      }
      at += bytes;
    }
    return new PingInfo(
        ordered(segment, offset, FEATURES_AT),
        ordered(segment, offset, PID_AT),
        ordered(segment, offset, ENTRIES_AT + STATUS_AT),
        interfaces);
  }

  private static int faultsOfHead(MemorySegment segment, long offset, long length) {
    if (length < BYTES_MIN) {
      return Soundness.TRUNCATED;
    }
    int magic = segment.get(U32, offset);
    if (magic != MAGIC && magic != Integer.reverseBytes(MAGIC)) {
      return Soundness.FOREIGN_MAGIC;
    }
    if ((ordered(segment, offset, FEATURES_AT) & PingInfo.NI_STATUS) == 0) {
      return Soundness.MISSING_FEATURE;
    }
    int count = count(segment, offset);
    if (count < 1 || count > ENTRIES_MAX) {
      return Soundness.BAD_COUNT;
    }
    return orderedLong(segment, offset, ENTRIES_AT) == Nid.LOOPBACK.nid4()
        ? Soundness.SOUND
        : Soundness.NO_LOOPBACK;
  }

  private static int faultsOfLarge(MemorySegment segment, long offset, long from, long to) {
    long at = from;
    while (at < to) {
      if (to - at < LARGE_ENTRY_OF_4_BYTES) {
        return Soundness.BAD_LENGTH;
      }
      int bytes = largeEntryBytes(segment, offset + at);
      if (bytes == 0) {
        return Soundness.BAD_NID;
      }
      if (bytes > to - at) {
        return Soundness.BAD_LENGTH;
      }
      at += bytes;
    }
    return Soundness.SOUND;
  }

  /** Gives the bytes of a large entry by the size of its NID, or 0 if no interface has such. */
  private static int largeEntryBytes(MemorySegment segment, long at) {
    if (segment.get(ValueLayout.JAVA_BYTE, at + LARGE_NID_AT + 1) == LOOPBACK_TYPE) {
      return 0;
    }
    return switch (segment.get(ValueLayout.JAVA_BYTE, at + LARGE_NID_AT)) {
      case 0 -> LARGE_ENTRY_OF_4_BYTES;
      case LARGE_ENTRY_BYTES - LARGE_ENTRY_OF_4_BYTES -> LARGE_ENTRY_BYTES;
      default -> 0;
    };
  }

  private static void putShort(
      MemorySegment segment, long at, PingInfo.Interface one, int infoBytes) {
    segment.set(U64, at, one.nid().nid4());
    segment.set(U32, at + STATUS_AT, one.status());
    segment.set(U32, at + INFO_BYTES_AT, infoBytes);
  }

  private static boolean isLoopback(long nid4) {
    return nid4 >>> 48 == LOOPBACK_TYPE;
  }

  private static int count(MemorySegment segment, long offset) {
    return ordered(segment, offset, COUNT_AT);
  }

  private static int ordered(MemorySegment segment, long offset, long at) {
    int word = segment.get(U32, offset + at);
    return isForeignOrder(segment, offset) ? Integer.reverseBytes(word) : word;
  }

  private static long orderedLong(MemorySegment segment, long offset, long at) {
    long word = segment.get(U64, offset + at);
    return isForeignOrder(segment, offset) ? Long.reverseBytes(word) : word;
  }

  private static boolean isForeignOrder(MemorySegment segment, long offset) {
    return segment.get(U32, offset) == Integer.reverseBytes(MAGIC);
  }
}
