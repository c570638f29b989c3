/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/**
 * How a {@link SlotRing} is laid out, version {@value #VERSION}.
 *
 * <pre>
 *  byte   0              4              8
 *     0   +--------------+--------------+
 *         | magic  "ATOLRING"           |   written once, last
 *     8   +--------------+--------------+
 *         | version      | capacity     |   written once; each side trusts its own copy alone
 *    64   +--------------+--------------+
 *         | tail                        |   next position to claim; producers, by CAS
 *   128   +--------------+--------------+
 *         | head                        |   positions below are free again; consumer, release
 *   192   +--------------+--------------+
 *         | sleeping     | reserved     |   not 0 while the consumer wants to be woken
 *   256   +--------------+--------------+
 *         | slot 0                      |
 *   320   | slot 1  ...                 |   64 bytes each, capacity slots
 *         +--------------+--------------+
 *
 *  slot   bit 63         62 .. 0
 *     0   +--------------+--------------+
 *         | is aborted   | position + 1 |   the commit word, release / acquire
 *     8   +--------------+--------------+
 *         | payload, 56 bytes           |
 *    64   +-----------------------------+
 * </pre>
 *
 * <p>All fields are little-endian, bytes not shown are reserved and zero. Positions count up for
 * ever; position p stands in slot {@code p mod capacity}. As the commit word holds the position, a
 * slot needs no clearing: until it is committed it holds the word of one round before, or zero in
 * the first round.
 */
final class SlotRingLayout {
  static final int VERSION = 1;

  /** {@code ATOLRING} read as a little-endian number. */
  static final long MAGIC = 0x474E_4952_4C4F_5441L;

  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = 8;
  static final long CAPACITY_OFFSET = 12;
  static final long TAIL_OFFSET = 64;
  static final long HEAD_OFFSET = 128;
  static final long SLEEPING_OFFSET = 192;
  static final long SLOTS_OFFSET = 256;

  static final int SLOT_SHIFT = 6;
  static final int SLOT_BYTES = 1 << SLOT_SHIFT;
  static final int COMMIT_BYTES = Long.BYTES;
  static final int PAYLOAD_BYTES = SLOT_BYTES - COMMIT_BYTES;
  static final long ABORTED = Long.MIN_VALUE;

  static final int LEAST_CAPACITY = 2;
  static final int MOST_CAPACITY = 1 << 20;

  static {
    if (SLOTS_OFFSET % SLOT_BYTES != 0 || PAYLOAD_BYTES != 56) {
      throw new ExceptionInInitializerError("slot ring layout is not that of the diagram");
    }
  }

  private SlotRingLayout() {}

  static long sizeBytes(int capacity) {
    return SLOTS_OFFSET + ((long) capacity << SLOT_SHIFT);
  }
}
