/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.SlotRingLayout.ABORTED;
import static dev.atoll.memory.SlotRingLayout.CAPACITY_OFFSET;
import static dev.atoll.memory.SlotRingLayout.COMMIT_BYTES;
import static dev.atoll.memory.SlotRingLayout.HEAD_OFFSET;
import static dev.atoll.memory.SlotRingLayout.LEAST_CAPACITY;
import static dev.atoll.memory.SlotRingLayout.MAGIC;
import static dev.atoll.memory.SlotRingLayout.MAGIC_OFFSET;
import static dev.atoll.memory.SlotRingLayout.MOST_CAPACITY;
import static dev.atoll.memory.SlotRingLayout.SLEEPING_OFFSET;
import static dev.atoll.memory.SlotRingLayout.SLOTS_OFFSET;
import static dev.atoll.memory.SlotRingLayout.SLOT_SHIFT;
import static dev.atoll.memory.SlotRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.SlotRingLayout.VERSION;
import static dev.atoll.memory.SlotRingLayout.VERSION_OFFSET;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Ranges;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded ring of 64-byte slots for many producers and one consumer, in memory that processes
 * share.
 *
 * <p>A producer claims a position, fills the payload and commits; the commit word in the slot
 * itself is what the consumer waits for, so a message costs one cache line and no full fence after
 * it. Positions are polled in the order they were claimed.
 *
 * <p>Neither side trusts the other: capacity and head are private to the consumer, every slot index
 * is masked, and a commit word that can not stand where it stands is reported as {@link #CORRUPT}.
 * No value in the shared memory makes a method loop for ever or touch anything outside the ring.
 * What the payload means must be checked by who reads it, after copying it once.
 *
 * <p>A position that is claimed and neither committed nor aborted holds up all behind it; the owner
 * of the ring ends it when the producer's process dies.
 *
 * <p>Thread safety: {@code claim}, {@code commit}, {@code abort}, {@code offer} and {@link
 * #isConsumerSleeping} by any thread of any process; {@code poll}, {@link #setConsumerSleeping} by
 * one thread at a time of the consumer's process. No method allocates, locks or blocks.
 */
public final class SlotRing {
  /** The ring has no free slot, or too many producers compete: try again later. */
  public static final long FULL = -1;

  /** The shared memory holds what no correct peer writes: end the ring. */
  public static final long CORRUPT = -2;

  /** Bytes of payload in a slot. */
  public static final int PAYLOAD_BYTES = SlotRingLayout.PAYLOAD_BYTES;

  /** Lost exchanges in a row after which a claim gives up; a fair peer never makes so many. */
  private static final int CLAIM_TRIES = 1024;

  /** The consumer tells of free slots once per so many, to keep the line with the producers. */
  private static final int PUBLISH_EVERY = 64;

  private static final VarHandle HEAD_SEEN;

  static {
    try {
      HEAD_SEEN = MethodHandles.lookup().findVarHandle(SlotRing.class, "headSeen", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Words words;
  private final int capacity;
  private final int mask;
  private final int publishEvery;

  /**
   * The head as a producer of this process last saw it: never ahead of the real one. Release and
   * acquire hand on, from the producer that read the head to the one that trusts it, that the
   * consumer has done with the slots below.
   */
  @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // used through HEAD_SEEN
  private long headSeen;

  /** The consumer's own: the next position to poll, and the head it last published. */
  private long head;

  private long headPublished;

  private SlotRing(Words words, int capacity) {
    this.words = words;
    this.capacity = capacity;
    this.mask = capacity - 1;
    this.publishEvery = Math.max(1, Math.min(PUBLISH_EVERY, capacity / 4));
  }

  /** Receives what is polled. */
  @FunctionalInterface
  public interface SlotConsumer {
    /**
     * Is given one payload. An exception ends the poll, and the slot counts as polled.
     *
     * @param words the memory of the ring, of which only the payload may be touched
     * @param payloadOffset byte offset of the {@value SlotRing#PAYLOAD_BYTES} bytes, valid during
     *     the call
     */
    void accept(Words words, long payloadOffset);
  }

  /**
   * Tells how much memory a ring needs.
   *
   * @param capacitySlots a power of two from 2 to 2^20
   * @return bytes
   * @throws IllegalArgumentException if the capacity is not as described
   */
  public static long sizeBytesFor(int capacitySlots) {
    if (capacitySlots < LEAST_CAPACITY
        || capacitySlots > MOST_CAPACITY
        || Integer.bitCount(capacitySlots) != 1) {
      throw new IllegalArgumentException(
          "capacitySlots=" + capacitySlots + " must be a power of two from 2 to 2^20");
    }
    return SlotRingLayout.sizeBytes(capacitySlots);
  }

  /**
   * Lays a new ring in fresh memory.
   *
   * @param words the memory, all zero, at least {@link #sizeBytesFor}, aligned to 64 bytes
   * @param capacitySlots a power of two from 2 to 2^20
   * @return the ring
   * @throws IllegalArgumentException if the capacity is not as described or the memory too small
   */
  public static SlotRing create(Words words, int capacitySlots) {
    checkSize(words, capacitySlots);
    words.intPlain(VERSION_OFFSET, VERSION);
    words.intPlain(CAPACITY_OFFSET, capacitySlots);
    words.longRelease(MAGIC_OFFSET, MAGIC);
    return new SlotRing(words, capacitySlots);
  }

  /**
   * Attaches a ring that another process has laid.
   *
   * @param words the memory
   * @param capacitySlots the capacity that was agreed on by other ways than this memory
   * @return the ring; its consumer, if it becomes one, begins at the head that the memory names, so
   *     a ring whose consumer has died may give the last few payloads again
   * @throws IllegalArgumentException if the capacity is not as described or the memory too small
   * @throws RefusedMemoryException if no ring of this version and capacity stands there
   */
  public static SlotRing attach(Words words, int capacitySlots) {
    checkSize(words, capacitySlots);
    long magic = words.longAcquire(MAGIC_OFFSET);
    int version = words.intPlain(VERSION_OFFSET);
    int found = words.intPlain(CAPACITY_OFFSET);
    long head = words.longAcquire(HEAD_OFFSET);
    if (magic != MAGIC || version != VERSION || found != capacitySlots || head < 0) {
      throw new RefusedMemoryException(
          "slot ring",
          "magic=0x"
              + Long.toHexString(magic)
              + " version="
              + version
              + " capacity="
              + found
              + " head="
              + head
              + " expected version="
              + VERSION
              + " capacity="
              + capacitySlots);
    }
    SlotRing ring = new SlotRing(words, capacitySlots);
    ring.head = head;
    ring.headPublished = head;
    ring.headSeen = head;
    return ring;
  }

  /**
   * Tells how many slots there are.
   *
   * @return the capacity
   */
  public int capacitySlots() {
    return capacity;
  }

  /**
   * Claims a slot, which must then be committed or aborted.
   *
   * @return its position, {@link #FULL} or {@link #CORRUPT}
   */
  @CheckReturnValue
  public long claim() {
    for (int i = 0; i < CLAIM_TRIES; i++) {
      long tail = words.longAcquire(TAIL_OFFSET);
      if (tail < 0) {
        return CORRUPT;
      }
      if (tail - (long) HEAD_SEEN.getAcquire(this) >= capacity) {
        long now = words.longAcquire(HEAD_OFFSET);
        long used = tail - now;
        // The head was read after the tail and only grows: more than all slots can't be in use. A
        // negative number is a tail that has become old; the exchange below will notice.
        if (now < 0 || used > capacity) {
          return CORRUPT;
        }
        HEAD_SEEN.setRelease(this, now);
        if (used == capacity) {
          return FULL;
        }
      }
      if (words.longCas(TAIL_OFFSET, tail, tail + 1)) {
        return tail;
      }
      Thread.onSpinWait();
    }
    return FULL;
  }

  /**
   * Tells where the payload of a claimed position stands.
   *
   * @param position from {@link #claim}
   * @return byte offset in the memory of the ring, a multiple of eight
   */
  public long payloadOffset(long position) {
    return slotOffset(position) + COMMIT_BYTES;
  }

  /**
   * Gives a filled slot to the consumer, with release order.
   *
   * @param position from {@link #claim}, not committed or aborted before
   */
  public void commit(long position) {
    words.longRelease(slotOffset(position), position + 1);
  }

  /**
   * Gives a claimed slot up; the consumer passes over it.
   *
   * @param position from {@link #claim}, not committed or aborted before
   */
  public void abort(long position) {
    words.longRelease(slotOffset(position), (position + 1) | ABORTED);
  }

  /**
   * Claims a slot, copies a payload in and commits it.
   *
   * @param source where the payload is
   * @param sourceOffset its first byte
   * @param lengthBytes at most {@link #PAYLOAD_BYTES}; bytes of the slot beyond stay as they were
   * @return the position, {@link #FULL} or {@link #CORRUPT}
   * @throws IndexOutOfBoundsException if the range lies outside the source
   * @throws IllegalArgumentException if the length does not fit a slot
   */
  @CheckReturnValue
  public long offer(MemorySegment source, long sourceOffset, int lengthBytes) {
    // Checked before the claim: nothing may fail between claim and commit.
    if (lengthBytes < 0 || lengthBytes > PAYLOAD_BYTES) {
      throw new IllegalArgumentException("lengthBytes=" + lengthBytes + " does not fit a slot");
    }
    Ranges.check(sourceOffset, lengthBytes, source.byteSize());
    long position = claim();
    if (position < 0) {
      return position;
    }
    boolean isCopied = false;
    try {
      words.copyIn(payloadOffset(position), source, sourceOffset, lengthBytes);
      isCopied = true;
    } finally {
      // The source may have been closed meanwhile; the slot must not hold up those behind it.
      if (isCopied) {
        commit(position);
      } else {
        abort(position);
      }
    }
    return position;
  }

  /**
   * Takes committed payloads in the order of their positions, up to a limit.
   *
   * @param consumer receives each payload
   * @param limit the most slots to look at, positive; aborted ones count
   * @return how many payloads were given, possibly zero, or {@link #CORRUPT}
   */
  @CheckReturnValue
  public long poll(SlotConsumer consumer, int limit) {
    long given = 0;
    for (int i = 0; i < limit; i++) {
      long word = words.longAcquire(slotOffset(head));
      long expected = head + 1;
      if ((word & ~ABORTED) != expected) {
        publishHead(1);
        return isOfRoundBefore(word) ? given : CORRUPT;
      }
      // From here on the slot counts as polled, but producers get it only once that is published.
      head++;
      if (word == expected) {
        given++;
        consumer.accept(words, slotOffset(head - 1) + COMMIT_BYTES);
      }
      publishHead(publishEvery);
    }
    return given;
  }

  /**
   * Says whether the consumer wants to be woken after a commit, with volatile order.
   *
   * <p>Producers look at the word after the commit without a fence between. So the consumer, after
   * setting it and before sleeping, must either make all producers pass a fence (membarrier(2)) and
   * poll once more, or bound its sleep.
   *
   * @param isSleeping whether to be woken
   */
  public void setConsumerSleeping(boolean isSleeping) {
    words.intVolatile(SLEEPING_OFFSET, isSleeping ? 1 : 0);
  }

  /**
   * Tells a producer, after a commit, whether the consumer wants to be woken.
   *
   * @return true if so
   */
  public boolean isConsumerSleeping() {
    return words.intOpaque(SLEEPING_OFFSET) != 0;
  }

  private void publishHead(int every) {
    if (head - headPublished >= every) {
      words.longRelease(HEAD_OFFSET, head);
      headPublished = head;
    }
  }

  /** A slot that is not committed yet holds what it held one round before, zero in the first. */
  private boolean isOfRoundBefore(long word) {
    long before = head + 1 - capacity;
    return before <= 0 ? word == 0 : (word & ~ABORTED) == before;
  }

  private long slotOffset(long position) {
    return SLOTS_OFFSET + ((position & mask) << SLOT_SHIFT);
  }

  private static void checkSize(Words words, int capacitySlots) {
    long needed = sizeBytesFor(capacitySlots);
    if (words.sizeBytes() < needed) {
      throw new IllegalArgumentException(
          "sizeBytes=" + words.sizeBytes() + " is below " + needed + " for the ring");
    }
  }
}
