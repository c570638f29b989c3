/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.memory.Words;

/**
 * One entry of a submission ring: what a program asks for, little-endian.
 *
 * <pre>
 *  byte   0              4              8
 *     0   +--------------+--------------+
 *         | kind         | lane         |   lane -1: no completion is wanted
 *     8   +--------------+--------------+
 *         | handle                      |
 *    16   +-----------------------------+
 *         | offset in the segment       |
 *    24   +-----------------------------+
 *         | length in bytes             |
 *    32   +-----------------------------+
 *         | offset in the bounce area   |
 *    40   +--------------+--------------+
 *         | sequence     | flags        |   the completion repeats sequence
 *    48   +--------------+--------------+
 *         | reserved, zero              |
 *    56   +-----------------------------+
 * </pre>
 *
 * <p>The slot can change while the device reads it, so {@link #read} takes each word once and gives
 * a private copy; only the copy is checked and used.
 *
 * @param kind {@link #PUT}, {@link #GET} or {@link #SIGNAL_POST}
 * @param lane which completion ends it, or {@link RingsLayout#NO_LANE}
 * @param handle of an import; of an export too for a signal
 * @param offset byte offset in the segment
 * @param length how many bytes
 * @param bounceOffset where they stand in the bounce area
 * @param sequence what the completion repeats
 * @param flags of a signal: those of the original
 */
public record RingEntry(
    int kind,
    int lane,
    long handle,
    long offset,
    long length,
    long bounceOffset,
    int sequence,
    int flags) {
  /** Copies bytes from the bounce area into a segment. */
  public static final int PUT = 1;

  /** Copies bytes from a segment into the bounce area. */
  public static final int GET = 2;

  /** Posts a signal; has no lane. */
  public static final int SIGNAL_POST = 3;

  static final int SIZE_BYTES = 56;

  private static final long HANDLE = 8;
  private static final long OFFSET = 16;
  private static final long LENGTH = 24;
  private static final long BOUNCE_OFFSET = 32;
  private static final long SEQUENCE = 40;
  private static final long RESERVED = 48;
  private static final int HALF = 32;

  /**
   * Copies an entry out of a slot, each word once.
   *
   * @param words the memory of the ring
   * @param payloadOffset where the payload of the slot begins
   * @return the copy; nothing about it has been checked
   */
  public static RingEntry read(Words words, long payloadOffset) {
    long head = words.longOpaque(payloadOffset);
    long tail = words.longOpaque(payloadOffset + SEQUENCE);
    boolean isClean = words.longOpaque(payloadOffset + RESERVED) == 0;
    return new RingEntry(
        isClean ? (int) head : 0,
        (int) (head >>> HALF),
        words.longOpaque(payloadOffset + HANDLE),
        words.longOpaque(payloadOffset + OFFSET),
        words.longOpaque(payloadOffset + LENGTH),
        words.longOpaque(payloadOffset + BOUNCE_OFFSET),
        (int) tail,
        (int) (tail >>> HALF));
  }

  /**
   * Writes the entry into a claimed slot.
   *
   * @param words the memory of the ring
   * @param payloadOffset where the payload of the slot begins
   */
  public void write(Words words, long payloadOffset) {
    words.longPlain(payloadOffset, pair(kind, lane));
    words.longPlain(payloadOffset + HANDLE, handle);
    words.longPlain(payloadOffset + OFFSET, offset);
    words.longPlain(payloadOffset + LENGTH, length);
    words.longPlain(payloadOffset + BOUNCE_OFFSET, bounceOffset);
    words.longPlain(payloadOffset + SEQUENCE, pair(sequence, flags));
    words.longPlain(payloadOffset + RESERVED, 0);
  }

  private static long pair(int low, int high) {
    return Integer.toUnsignedLong(low) | (long) high << HALF;
  }
}
