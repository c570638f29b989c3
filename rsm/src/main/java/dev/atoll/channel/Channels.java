/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.memory.FramePositions;
import dev.atoll.memory.FrameRing;
import dev.atoll.memory.SegmentWords;
import java.lang.foreign.MemorySegment;

/** What can be said of a channel without being one of its ends. */
public final class Channels {
  private static final long LEAST = 512;
  private static final long MOST = 1L << 27;

  private Channels() {}

  /** The largest capacity that fits a region; the least one if none does. */
  static long capacityOf(long sizeBytes, int senders) {
    long room = sizeBytes - (sizeFor(LEAST, senders) - LEAST);
    return Long.highestOneBit(Math.clamp(room, LEAST, MOST));
  }

  /**
   * Tells how much memory a channel needs.
   *
   * @param capacityBytes how many bytes of messages it holds, a power of two from 512 to 2^27; each
   *     message takes its length and 8 bytes, rounded up to 64
   * @param senders how many may be connected at a time, 1 to 256; a channel for one is the fastest
   * @return bytes, to be rounded up to whole pages
   * @throws IllegalArgumentException if an argument is not as described
   */
  public static long sizeFor(long capacityBytes, int senders) {
    return FrameRing.sizeBytesFor(capacityBytes, senders);
  }

  /**
   * Reads where a channel stands, through any mapping of its segment, also one for reading only.
   *
   * @param segment the whole segment
   * @return the positions, unchecked: a hostile sender can make them anything
   * @throws dev.atoll.memory.RefusedMemoryException if there is no channel
   */
  public static FramePositions positions(MemorySegment segment) {
    return FrameRing.attach(new SegmentWords(segment), segment).positions();
  }
}
