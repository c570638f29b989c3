/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;
import static dev.atoll.lnet.wire.Words.U64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The frame header: what stands before each message of a connection of version 2 or later.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | type              | checksum, or zero |   0
 *   +-------------------+-------------------+
 *   | first cookie                          |   8
 *   +---------------------------------------+
 *   | second cookie                         |  16
 *   +---------------------------------------+  24
 *   type 0xc0 NOOP: nothing follows
 *        0xc1 LNET: an LNet header follows, and its payload
 * </pre>
 *
 * <p>In the byte order of the connection's HELLO. Of LNET, the first cookie asks that the message
 * be acknowledged when all of it was read, and the second acknowledges an earlier one. Of NOOP, see
 * {@link #NOOP}. A zero means nothing.
 */
public final class FrameLayout {
  /** Length of the frame header. */
  public static final int BYTES = 24;

  /**
   * The type of a frame without a message. With a first cookie of zero it acknowledges the second,
   * with one above the second it acknowledges both, and with one below it acknowledges all from the
   * first to the second.
   */
  public static final int NOOP = 0xc0;

  /** The type of a frame with a message. */
  public static final int LNET = 0xc1;

  /** The second cookie of a NOOP that only shows that its sender is alive. */
  public static final long KEEPALIVE_COOKIE = 1;

  private static final StructLayout FRAME =
      MemoryLayout.structLayout(
          U32.withName("type"),
          U32.withName("checksum"),
          U64.withName("firstCookie"),
          U64.withName("secondCookie"));

  private static final int CHECKSUM_AT = 4;
  private static final int FIRST_COOKIE_AT = 8;
  private static final int SECOND_COOKIE_AT = 16;

  static {
    Offsets.check(FRAME, "checksum", CHECKSUM_AT);
    Offsets.check(FRAME, "firstCookie", FIRST_COOKIE_AT);
    Offsets.check(FRAME, "secondCookie", SECOND_COOKIE_AT);
    Offsets.checkSize(FRAME, BYTES);
  }

  private FrameLayout() {}

  /**
   * Writes a frame header without checksum.
   *
   * @param segment where to
   * @param offset where it begins
   * @param type {@link #NOOP} or {@link #LNET}
   * @param firstCookie the cookie that wants to be acknowledged; of NOOP, see there
   * @param secondCookie the cookie acknowledged
   */
  public static void encode(
      MemorySegment segment, long offset, int type, long firstCookie, long secondCookie) {
    segment.set(U32, offset, type);
    segment.set(U32, offset + CHECKSUM_AT, 0);
    segment.set(U64, offset + FIRST_COOKIE_AT, firstCookie);
    segment.set(U64, offset + SECOND_COOKIE_AT, secondCookie);
  }

  /**
   * Turns the bytes of each field round: what came from a peer of another byte order can be read
   * afterwards.
   *
   * @param segment where the header lies
   * @param offset where it begins
   */
  public static void reverse(MemorySegment segment, long offset) {
    segment.set(U32, offset, Integer.reverseBytes(type(segment, offset)));
    setChecksum(segment, offset, Integer.reverseBytes(checksum(segment, offset)));
    segment.set(U64, offset + FIRST_COOKIE_AT, Long.reverseBytes(firstCookie(segment, offset)));
    segment.set(U64, offset + SECOND_COOKIE_AT, Long.reverseBytes(secondCookie(segment, offset)));
  }

  /**
   * Gives the type.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @return {@link #NOOP}, {@link #LNET}, or something wrong
   */
  public static int type(MemorySegment segment, long offset) {
    return segment.get(U32, offset);
  }

  /**
   * Gives the checksum.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @return the checksum, or zero if there is none
   */
  public static int checksum(MemorySegment segment, long offset) {
    return segment.get(U32, offset + CHECKSUM_AT);
  }

  /**
   * Puts a checksum in.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @param checksum by {@link Checksum}
   */
  public static void setChecksum(MemorySegment segment, long offset, int checksum) {
    segment.set(U32, offset + CHECKSUM_AT, checksum);
  }

  /**
   * Gives the first cookie.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @return the cookie, or zero
   */
  public static long firstCookie(MemorySegment segment, long offset) {
    return segment.get(U64, offset + FIRST_COOKIE_AT);
  }

  /**
   * Gives the second cookie.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @return the cookie, or zero
   */
  public static long secondCookie(MemorySegment segment, long offset) {
    return segment.get(U64, offset + SECOND_COOKIE_AT);
  }
}
