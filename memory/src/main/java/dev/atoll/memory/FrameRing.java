/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.FrameRingLayout.CAPACITY_OFFSET;
import static dev.atoll.memory.FrameRingLayout.GAPS_OFFSET;
import static dev.atoll.memory.FrameRingLayout.GENERATION_OFFSET;
import static dev.atoll.memory.FrameRingLayout.HEADER_BYTES;
import static dev.atoll.memory.FrameRingLayout.HEAD_OFFSET;
import static dev.atoll.memory.FrameRingLayout.LARGEST_PART;
import static dev.atoll.memory.FrameRingLayout.LEAST_CAPACITY;
import static dev.atoll.memory.FrameRingLayout.LINE_SHIFT;
import static dev.atoll.memory.FrameRingLayout.LOST_LINES_OFFSET;
import static dev.atoll.memory.FrameRingLayout.MAGIC;
import static dev.atoll.memory.FrameRingLayout.MAGIC_OFFSET;
import static dev.atoll.memory.FrameRingLayout.MOST_CAPACITY;
import static dev.atoll.memory.FrameRingLayout.MOST_PRODUCERS;
import static dev.atoll.memory.FrameRingLayout.OPEN;
import static dev.atoll.memory.FrameRingLayout.OWNER;
import static dev.atoll.memory.FrameRingLayout.PRODUCERS_OFFSET;
import static dev.atoll.memory.FrameRingLayout.REFUSED;
import static dev.atoll.memory.FrameRingLayout.STATE_OFFSET;
import static dev.atoll.memory.FrameRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.FrameRingLayout.VERSION;
import static dev.atoll.memory.FrameRingLayout.VERSION_OFFSET;
import static dev.atoll.memory.FrameRingLayout.linesOffset;
import static dev.atoll.memory.FrameRingLayout.recordOffset;

import java.lang.foreign.MemorySegment;

/**
 * A bounded ring of messages of any length for one or many producers and one consumer, in memory
 * that processes share.
 *
 * <p>A message is a frame of whole cache lines with the commit word in front: what both sides touch
 * for a short message is one line. {@link FrameProducer} claims, fills and commits; {@link
 * FrameConsumer} polls, in the order of the claims.
 *
 * <p>No side trusts the other. Capacity and the own position are private, every offset is masked,
 * every commit word is copied once and checked; what can not stand where it stands is reported as
 * {@link #CORRUPT}. No value in the shared memory makes a method loop for ever or touch anything
 * outside the ring. What a hostile producer can do is to spoil the messages of this ring.
 *
 * <p>Thread safety: this object is immutable.
 */
public final class FrameRing {
  /** The ring has no room now, or too many producers compete: try again later. */
  public static final long FULL = -1;

  /** The shared memory holds what no correct peer writes: end the ring. */
  public static final long CORRUPT = -2;

  /** The consumer has closed the ring, or the memory has been withdrawn. */
  public static final long CLOSED = -3;

  private final Words words;
  private final MemorySegment view;
  private final long capacityBytes;
  private final int producers;

  private FrameRing(Words words, MemorySegment view, long capacityBytes, int producers) {
    this.words = words;
    this.view = view;
    this.capacityBytes = capacityBytes;
    this.producers = producers;
  }

  /**
   * Tells how much memory a ring needs.
   *
   * @param capacityBytes a power of two from 512 to 2^27
   * @param producers how many may be connected at a time, 1 to 256; 1 makes a ring that needs no
   *     atomic exchange
   * @return bytes
   * @throws IllegalArgumentException if an argument is not as described
   */
  public static long sizeBytesFor(long capacityBytes, int producers) {
    if (!isShape(capacityBytes, producers)) {
      throw new IllegalArgumentException(
          "capacityBytes="
              + capacityBytes
              + " must be a power of two from 512 to 2^27, producers="
              + producers
              + " 1 to 256");
    }
    return linesOffset(producers) + capacityBytes;
  }

  /**
   * Lays a new ring in fresh memory. It has no consumer yet: {@link FrameConsumer#open}.
   *
   * @param words the memory, all zero, at least {@link #sizeBytesFor}, aligned to 64 bytes
   * @param view the same memory, as handlers are to see it
   * @param capacityBytes a power of two from 512 to 2^27
   * @param producers how many may be connected at a time, 1 to 256
   * @return the ring
   * @throws IllegalArgumentException if an argument is not as described or the memory too small
   */
  public static FrameRing create(
      Words words, MemorySegment view, long capacityBytes, int producers) {
    long needed = sizeBytesFor(capacityBytes, producers);
    if (words.sizeBytes() < needed) {
      throw new IllegalArgumentException(
          "sizeBytes=" + words.sizeBytes() + " is below " + needed + " for the ring");
    }
    words.intPlain(VERSION_OFFSET, VERSION);
    words.intPlain(PRODUCERS_OFFSET, producers);
    words.longPlain(CAPACITY_OFFSET, capacityBytes);
    words.longRelease(MAGIC_OFFSET, MAGIC);
    return new FrameRing(words, view, capacityBytes, producers);
  }

  /**
   * Attaches a ring that another process has laid.
   *
   * @param words the memory
   * @param view the same memory, as handlers are to see it
   * @return the ring
   * @throws RefusedMemoryException if no ring of this version stands there, or one that does not
   *     fit the memory
   */
  public static FrameRing attach(Words words, MemorySegment view) {
    if (words.sizeBytes() < linesOffset(1) + LEAST_CAPACITY) {
      throw new RefusedMemoryException("frame ring", "sizeBytes=" + words.sizeBytes());
    }
    long magic = words.longAcquire(MAGIC_OFFSET);
    int version = words.intPlain(VERSION_OFFSET);
    int producers = words.intPlain(PRODUCERS_OFFSET);
    long capacity = words.longPlain(CAPACITY_OFFSET);
    if (magic != MAGIC
        || version != VERSION
        || !isShape(capacity, producers)
        || linesOffset(producers) + capacity > words.sizeBytes()) {
      throw new RefusedMemoryException(
          "frame ring",
          "magic=0x"
              + Long.toHexString(magic)
              + " version="
              + version
              + " producers="
              + producers
              + " capacity="
              + capacity
              + " in sizeBytes="
              + words.sizeBytes()
              + " expected version="
              + VERSION);
    }
    return new FrameRing(words, view, capacity, producers);
  }

  private static boolean isShape(long capacityBytes, int producers) {
    return producers >= 1
        && producers <= MOST_PRODUCERS
        && capacityBytes >= LEAST_CAPACITY
        && capacityBytes <= MOST_CAPACITY
        && Long.bitCount(capacityBytes) == 1;
  }

  /**
   * Tells how large the ring is.
   *
   * @return bytes of its lines
   */
  public long capacityBytes() {
    return capacityBytes;
  }

  /**
   * Tells how many producers may be connected at a time.
   *
   * @return 1 to 256
   */
  public int producers() {
    return producers;
  }

  /**
   * Tells how long a message can be.
   *
   * @return bytes: an eighth of the ring less the header
   */
  public int longestBytes() {
    return (int) (capacityBytes / LARGEST_PART) - HEADER_BYTES;
  }

  /**
   * Reads where the ring stands; also over memory that is mapped for reading only.
   *
   * @return the positions, unchecked: a hostile peer can make them anything
   */
  public FramePositions positions() {
    long refusals = 0;
    int connected = 0;
    for (int i = 0; i < producers; i++) {
      refusals += words.longOpaque(recordOffset(i) + REFUSED);
      connected += words.longOpaque(recordOffset(i) + OWNER) == 0 ? 0 : 1;
    }
    long head = words.longAcquire(HEAD_OFFSET);
    return new FramePositions(
        words.longAcquire(TAIL_OFFSET) << LINE_SHIFT,
        head << LINE_SHIFT,
        capacityBytes,
        words.longOpaque(GAPS_OFFSET),
        words.longOpaque(LOST_LINES_OFFSET) << LINE_SHIFT,
        refusals,
        connected,
        words.intOpaque(GENERATION_OFFSET),
        (words.intOpaque(STATE_OFFSET) & OPEN) != 0);
  }

  Words words() {
    return words;
  }

  /**
   * Gives the memory as handlers and producers see it.
   *
   * @return what was given when the ring was made or attached
   */
  public MemorySegment view() {
    return view;
  }

  int capacityLines() {
    return (int) (capacityBytes >> LINE_SHIFT);
  }

  /** How far a position is shifted to give its round. */
  int roundShift() {
    return Long.numberOfTrailingZeros(capacityBytes) - LINE_SHIFT;
  }

  /** Which positions stand at the same line. */
  int mask() {
    return capacityLines() - 1;
  }

  long lineOffset(long position) {
    return linesOffset(producers) + ((position & mask()) << LINE_SHIFT);
  }

  /** How many lines of padding a frame needs in front, so as not to cross the end. */
  int paddingBefore(long position, int lines) {
    int left = capacityLines() - (int) (position & mask());
    return lines <= left ? 0 : left;
  }
}
