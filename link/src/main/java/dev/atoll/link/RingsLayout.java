/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Ranges;
import dev.atoll.memory.SlotRing;

/**
 * The rings of a session: how a program has the device move bytes for it without a call, version
 * {@value #VERSION}, little-endian.
 *
 * <p>Two memfds that the device made and sealed against changes of size. The first both map for
 * reading and writing; the second only the device can write, and the program maps it for reading.
 * {@code L} is the number of lanes, {@code B} the bytes of a lane, {@code S} the slots of the ring.
 *
 * <pre>
 *  submission file
 *     0   +-----------------------------+
 *         | slot ring of S slots        |   its payloads are entries, see RingEntry
 *         +-----------------------------+
 *         | L waiting words, each with  |   not 0 while a thread sleeps for the lane
 *         | 64 bytes of its own         |
 *         +-----------------------------+   next multiple of the page size
 *         | bounce area, L x B bytes    |   what goes in with put, what comes out with get
 *         +-----------------------------+
 *
 *  completion file, 64 bytes for each lane
 *     0   +--------------+--------------+
 *         | sequence     | code         |   of the entry that ended last; sequence is a futex word
 *     8   +--------------+--------------+
 *         | errno        | reserved     |
 *    64   +-----------------------------+
 * </pre>
 *
 * <p>The device writes {@code code} and {@code errno} first and {@code sequence} with release
 * order; a reader takes {@code sequence} with acquire order first.
 *
 * @param slots of the submission ring, a power of two
 * @param lanes how many transfers of a session can be under way at a time
 * @param laneBytes bytes of the bounce area that each lane has, whole pages
 */
public record RingsLayout(int slots, int lanes, int laneBytes) {
  /** Version of both files. */
  public static final int VERSION = 1;

  /** Lane of an entry that has no completion. */
  public static final int NO_LANE = -1;

  static final long PAGE_BYTES = 4096;
  static final long LINE_BYTES = 64;
  static final long SEQUENCE = 0;
  static final long CODE = 4;
  static final long ERRNO = 8;

  private static final int SLOTS_MAX = 1 << 12;
  private static final int LANES_MAX = 256;
  private static final int LANE_BYTES_MAX = 1 << 20;

  static {
    if (SlotRing.PAYLOAD_BYTES < RingEntry.SIZE_BYTES || ERRNO + Integer.BYTES > LINE_BYTES) {
      throw new ExceptionInInitializerError("the rings are not those of the diagram");
    }
  }

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is outside its bounds
   */
  public RingsLayout {
    // More slots than lanes, so that a program that keeps to its lanes finds room for a transfer.
    if (lanes < 1 || lanes > LANES_MAX || slots <= lanes || slots > SLOTS_MAX) {
      throw new IllegalArgumentException("slots=" + slots + " lanes=" + lanes);
    }
    if (laneBytes < PAGE_BYTES
        || laneBytes > LANE_BYTES_MAX
        || !Ranges.isAligned(laneBytes, PAGE_BYTES)) {
      throw new IllegalArgumentException("laneBytes=" + laneBytes);
    }
    if (Integer.bitCount(slots) != 1) {
      throw new IllegalArgumentException("slots=" + slots + " is no power of two");
    }
  }

  /**
   * Gives the layout that devices make: 256 slots, 32 lanes of 64 KiB.
   *
   * @return the layout
   */
  public static RingsLayout standard() {
    return new RingsLayout(256, 32, 1 << 16);
  }

  /**
   * Tells the size of the submission file.
   *
   * @return bytes
   */
  public long submissionBytes() {
    return bounceOffset() + (long) lanes * laneBytes;
  }

  /**
   * Tells the size of the completion file.
   *
   * @return bytes
   */
  public long completionBytes() {
    return Ranges.alignUp(lanes * LINE_BYTES, PAGE_BYTES);
  }

  /**
   * Tells where the bounce area begins in the submission file.
   *
   * @return byte offset
   */
  public long bounceOffset() {
    return Ranges.alignUp(waitingOffset(lanes), PAGE_BYTES);
  }

  /**
   * Tells where the waiting word of a lane stands in the submission file.
   *
   * @param lane number of the lane
   * @return byte offset
   */
  public long waitingOffset(int lane) {
    return SlotRing.sizeBytesFor(slots) + lane * LINE_BYTES;
  }

  /**
   * Tells where the completion of a lane stands in the completion file.
   *
   * @param lane number of the lane
   * @return byte offset
   */
  public long completionOffset(int lane) {
    return lane * LINE_BYTES;
  }

  /**
   * Tells where the bytes of a lane begin in the bounce area.
   *
   * @param lane number of the lane
   * @return byte offset from the start of the area
   */
  public long laneOffset(int lane) {
    return (long) lane * laneBytes;
  }

  /**
   * Tells the size of the bounce area.
   *
   * @return bytes
   */
  public long bounceBytes() {
    return (long) lanes * laneBytes;
  }
}
