/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/**
 * How a {@link FrameRing} is laid out, version {@value #VERSION}.
 *
 * <pre>
 *  byte   0              4              8
 *     0   +--------------+--------------+
 *         | magic  "ATOLFRAM"           |   written once, last
 *     8   +--------------+--------------+
 *         | version      | producers    |   written once; each side trusts its own copy alone
 *    16   +--------------+--------------+
 *         | capacity, bytes             |   written once, a power of two
 *   128   +--------------+--------------+
 *         | tail                        |   next line to claim; producers
 *   256   +--------------+--------------+
 *         | head                        |   lines below are free again; consumer, release
 *   264   +--------------+--------------+
 *         | consumed                    |   lines below are not given again; consumer, release
 *   384   +--------------+--------------+
 *         | state        | generation   |   consumer: 0 none, 1 open, 3 open and asleep, 4 closed
 *   392   +--------------+--------------+
 *         | wanted       | reserved     |   1 after a producer has found no free record
 *   512   +--------------+--------------+
 *         | gaps                        |   claims of dead producers passed over; consumer
 *   520   +--------------+--------------+
 *         | lost lines                  |   lines of those claims
 *   640   +--------------+--------------+
 *         | record of producer 0        |   128 bytes each
 *   768   | record of producer 1  ...   |
 *         +--------------+--------------+
 *         | lines, 64 bytes each        |   capacity bytes
 *         +--------------+--------------+
 *
 *  record
 *     0   +--------------+--------------+
 *         | process id   | generation   |   0 if free; taken by compare-and-set
 *     8   +--------------+--------------+
 *         | start of the process        |   clock ticks since boot; 0 until it is written
 *    16   +--------------+--------------+
 *         | process id namespace        |   its inode number
 *    24   +--------------+--------------+
 *         | lines of the claim          |   padding included; negative until the tail was moved
 *    32   +--------------+--------------+
 *         | position of the claim       |   before the tail is moved; -1 none; many only
 *    40   +--------------+--------------+
 *         | refused                     |   claims that found the ring full
 *   128   +-----------------------------+
 *
 *  frame, whole lines, never over the end of the ring
 *         63 .. 42   41 40   39 .. 24   23 .. 0
 *     0   +----------+------+----------+----------+
 *         | round    | kind | type     | length   |   the commit word, release / acquire
 *     8   +----------+------+----------+----------+
 *         | payload, length bytes                 |
 *         +---------------------------------------+
 *  kind   1 message, 2 padding to the end of the ring, 3 aborted
 * </pre>
 *
 * <p>All fields are little-endian, bytes not shown are reserved and zero. Positions count lines and
 * go up for ever; position p stands in line {@code p mod (capacity / 64)}, and the round of its
 * commit word is {@code p / (capacity / 64) + 1}, modulo 2^22. So a line that holds no frame of
 * this round yet holds a commit word of the round before, or zero: the consumer clears the first
 * word of every line of a frame but its first before it gives the lines back, so that no payload is
 * ever taken for a commit word, and a frame of one line costs it no store at all.
 */
final class FrameRingLayout {
  static final int VERSION = 1;

  /** {@code ATOLFRAM} read as a little-endian number. */
  static final long MAGIC = 0x4D41_5246_4C4F_5441L;

  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = 8;
  static final long PRODUCERS_OFFSET = 12;
  static final long CAPACITY_OFFSET = 16;
  static final long TAIL_OFFSET = 128;
  static final long HEAD_OFFSET = 256;
  static final long CONSUMED_OFFSET = 264;
  static final long STATE_OFFSET = 384;
  static final long GENERATION_OFFSET = 388;
  static final long WANTED_OFFSET = 392;
  static final long GAPS_OFFSET = 512;
  static final long LOST_LINES_OFFSET = 520;
  static final long RECORDS_OFFSET = 640;

  static final int RECORD_BYTES = 128;
  static final long OWNER = 0;
  static final long START = 8;
  static final long NAMESPACE = 16;
  static final long CLAIM_LINES = 24;
  static final long CLAIM_POSITION = 32;
  static final long REFUSED = 40;
  static final long NO_CLAIM = -1;

  static final int OPEN = 1;
  static final int OPEN_ASLEEP = 3;
  static final int CLOSED = 4;

  static final int LINE_SHIFT = 6;
  static final int LINE_BYTES = 1 << LINE_SHIFT;
  static final int HEADER_BYTES = Long.BYTES;
  static final int TYPE_SHIFT = 24;
  static final int KIND_SHIFT = 40;
  static final int ROUND_SHIFT = 42;
  static final int LENGTH_MASK = (1 << TYPE_SHIFT) - 1;
  static final int TYPE_MASK = (1 << (KIND_SHIFT - TYPE_SHIFT)) - 1;
  static final int KIND_MASK = 3;
  static final int ROUND_MASK = (1 << (Long.SIZE - ROUND_SHIFT)) - 1;
  static final int MESSAGE = 1;
  static final int PADDING = 2;
  static final int ABORTED = 3;

  static final long LEAST_CAPACITY = 512;
  static final long MOST_CAPACITY = 1L << 27;
  static final int MOST_PRODUCERS = 256;

  /** A message takes at most this part of the ring, its header included. */
  static final int LARGEST_PART = 8;

  static {
    if (RECORDS_OFFSET % RECORD_BYTES != 0
        || MOST_CAPACITY / LARGEST_PART - HEADER_BYTES > LENGTH_MASK
        || HEADER_BYTES != 8) {
      throw new ExceptionInInitializerError("frame ring layout is not that of the diagram");
    }
  }

  private FrameRingLayout() {}

  static long recordOffset(int index) {
    return RECORDS_OFFSET + (long) index * RECORD_BYTES;
  }

  /** Where line 0 lies. */
  static long linesOffset(int producers) {
    return recordOffset(producers);
  }

  /** The round of a position, as it stands in commit words. */
  static int round(long position, int roundShift) {
    return (int) ((position >>> roundShift) + 1) & ROUND_MASK;
  }

  static long commitWord(int round, int kind, int type, int length) {
    return (long) round << ROUND_SHIFT
        | (long) kind << KIND_SHIFT
        | (long) type << TYPE_SHIFT
        | length;
  }

  /** How many lines a frame takes. */
  static int linesOf(int lengthBytes) {
    return (lengthBytes + HEADER_BYTES + LINE_BYTES - 1) >> LINE_SHIFT;
  }
}
