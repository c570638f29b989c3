/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.FrameRing.CLOSED;
import static dev.atoll.memory.FrameRing.CORRUPT;
import static dev.atoll.memory.FrameRing.FULL;
import static dev.atoll.memory.FrameRingLayout.ABORTED;
import static dev.atoll.memory.FrameRingLayout.CLAIM_LINES;
import static dev.atoll.memory.FrameRingLayout.CLAIM_POSITION;
import static dev.atoll.memory.FrameRingLayout.HEADER_BYTES;
import static dev.atoll.memory.FrameRingLayout.HEAD_OFFSET;
import static dev.atoll.memory.FrameRingLayout.LINE_SHIFT;
import static dev.atoll.memory.FrameRingLayout.MESSAGE;
import static dev.atoll.memory.FrameRingLayout.NO_CLAIM;
import static dev.atoll.memory.FrameRingLayout.OPEN;
import static dev.atoll.memory.FrameRingLayout.OPEN_ASLEEP;
import static dev.atoll.memory.FrameRingLayout.PADDING;
import static dev.atoll.memory.FrameRingLayout.REFUSED;
import static dev.atoll.memory.FrameRingLayout.STATE_OFFSET;
import static dev.atoll.memory.FrameRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.FrameRingLayout.TYPE_MASK;
import static dev.atoll.memory.FrameRingLayout.commitWord;
import static dev.atoll.memory.FrameRingLayout.linesOf;
import static dev.atoll.memory.FrameRingLayout.linesOffset;
import static dev.atoll.memory.FrameRingLayout.recordOffset;
import static dev.atoll.memory.FrameRingLayout.round;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One producer of a {@link FrameRing}.
 *
 * <p>It holds one claim at a time, and says in its record which, before it makes it: so the
 * consumer can pass over the claim of a producer that has died, and of no other.
 *
 * <p>Thread safety: one thread at a time. No method but {@link #connect} allocates, locks or
 * blocks.
 */
public final class FrameProducer {
  /** Lost exchanges in a row after which a claim gives up; a fair peer never makes so many. */
  private static final int CLAIM_TRIES = 1024;

  private final FrameRing ring;
  private final Words words;
  private final long linesOffset;
  private final int capacity;
  private final int mask;
  private final int roundShift;
  private final int longestBytes;
  private final boolean isAlone;
  private final long record;
  private final long owner;

  /** The head as last seen: never ahead of the real one. */
  private long headSeen;

  /** Of a producer that is alone: the tail. */
  private long tail;

  private long claimed = NO_CLAIM;
  private int claimedLength;
  private int claimedType;

  private FrameProducer(FrameRing ring, int index, long owner) {
    this.ring = ring;
    this.words = ring.words();
    this.linesOffset = linesOffset(ring.producers());
    this.capacity = ring.capacityLines();
    this.mask = ring.mask();
    this.roundShift = ring.roundShift();
    this.longestBytes = ring.longestBytes();
    this.isAlone = ring.producers() == 1;
    this.record = recordOffset(index);
    this.owner = owner;
    this.headSeen = words.longAcquire(HEAD_OFFSET);
    this.tail = words.longAcquire(TAIL_OFFSET);
  }

  /**
   * Takes a record of the ring for a new producer.
   *
   * @param ring the ring, in memory that can be written
   * @param mark who the producer is
   * @return the producer; empty if all records are held, of which the consumer frees those of dead
   *     producers while it polls
   */
  @CheckReturnValue
  public static Optional<FrameProducer> connect(FrameRing ring, ProducerMark mark) {
    FrameRecords records = new FrameRecords(ring);
    OptionalInt index = records.take(mark);
    if (index.isEmpty()) {
      return Optional.empty();
    }
    Site.hit("channel.recorded");
    return Optional.of(new FrameProducer(ring, index.getAsInt(), records.ownerWord(mark)));
  }

  /**
   * Gives the ring.
   *
   * @return what it was connected to
   */
  public FrameRing ring() {
    return ring;
  }

  /**
   * Claims room for a message, which must then be committed or aborted.
   *
   * @param lengthBytes of the message, 0 to {@link FrameRing#longestBytes}
   * @param type any number from 0 to 65535
   * @return byte offset in the ring's memory at which to write the message, a multiple of eight, or
   *     {@link FrameRing#FULL}, {@link FrameRing#CORRUPT} or {@link FrameRing#CLOSED}
   * @throws IllegalArgumentException if length or type are not as described
   * @throws IllegalStateException if a claim is open
   */
  @CheckReturnValue
  public long claim(int lengthBytes, int type) {
    if (lengthBytes < 0 || lengthBytes > longestBytes || type < 0 || type > TYPE_MASK) {
      throw misfit(lengthBytes, type);
    }
    if (claimed != NO_CLAIM) {
      throw new IllegalStateException("claim=" + claimed + " is open");
    }
    if ((words.intOpaque(STATE_OFFSET) & OPEN) == 0) {
      return CLOSED;
    }
    int lines = linesOf(lengthBytes);
    long position = isAlone ? claimAlone(lines) : claimAmongMany(lines);
    if (position < 0) {
      return position;
    }
    claimed = position;
    claimedLength = lengthBytes;
    claimedType = type;
    return lineOffset(position) + HEADER_BYTES;
  }

  private long claimAlone(int lines) {
    long position = tail;
    int padding = paddingBefore(position, lines);
    long next = position + padding + lines;
    if (next - headSeen > capacity) {
      long outcome = look(position, next);
      if (outcome < 0) {
        return outcome;
      }
    }
    // Nobody else claims, so the tail alone says what the last claim was.
    words.longRelease(TAIL_OFFSET, next);
    tail = next;
    return padding == 0 ? position : pad(position, padding);
  }

  private long claimAmongMany(int lines) {
    for (int i = 0; i < CLAIM_TRIES; i++) {
      long position = words.longAcquire(TAIL_OFFSET);
      if (position < 0) {
        return CORRUPT;
      }
      int padding = paddingBefore(position, lines);
      long next = position + padding + lines;
      if (next - headSeen > capacity) {
        long outcome = look(position, next);
        if (outcome < 0) {
          return unannounce(outcome);
        }
      }
      // Before the exchange: whoever sees the new tail sees this, or what came after it.
      announce(position, -(padding + lines));
      if (words.longCas(TAIL_OFFSET, position, next)) {
        // Before anything is written to the lines: of two that died, this tells who had them.
        words.longRelease(record + CLAIM_LINES, padding + lines);
        VarHandle.storeStoreFence();
        return padding == 0 ? position : pad(position, padding);
      }
      Thread.onSpinWait();
    }
    return unannounce(FULL);
  }

  /** Looks at the head: 0 if there is room now. */
  private long look(long position, long next) {
    long head = words.longAcquire(HEAD_OFFSET);
    // The head was read after the tail and only grows: more than all lines can't be in use. A
    // negative number is a tail that has become old; the exchange will notice.
    if (head < 0 || position - head > capacity) {
      return (words.intAcquire(STATE_OFFSET) & OPEN) == 0 ? CLOSED : CORRUPT;
    }
    headSeen = head;
    if (next - head <= capacity) {
      return 0;
    }
    words.longOpaque(record + REFUSED, words.longOpaque(record + REFUSED) + 1);
    return FULL;
  }

  private void announce(long position, int lines) {
    // Not before the commit of the claim before: until then the record must tell of that one.
    words.longRelease(record + CLAIM_LINES, lines);
    words.longRelease(record + CLAIM_POSITION, position);
  }

  /** A claim that was not made must not look like one: the consumer would wait for it. */
  private long unannounce(long outcome) {
    words.longRelease(record + CLAIM_POSITION, NO_CLAIM);
    return outcome;
  }

  private long pad(long position, int padding) {
    words.longRelease(lineOffset(position), commitWord(round(position, roundShift), PADDING, 0, 0));
    return position + padding;
  }

  /**
   * Gives the claimed message to the consumer, with release order.
   *
   * @throws IllegalStateException if no claim is open
   */
  public void commit() {
    end(MESSAGE);
  }

  /**
   * Gives the claim up; the consumer passes over it.
   *
   * @throws IllegalStateException if no claim is open
   */
  public void abort() {
    end(ABORTED);
  }

  private void end(int kind) {
    long position = claimed;
    if (position == NO_CLAIM) {
      throw new IllegalStateException("no claim is open");
    }
    claimed = NO_CLAIM;
    words.longRelease(
        lineOffset(position),
        commitWord(round(position, roundShift), kind, claimedType, claimedLength));
  }

  /**
   * Tells whether a claim is open.
   *
   * @return true between claim and commit or abort
   */
  public boolean isClaiming() {
    return claimed != NO_CLAIM;
  }

  /**
   * Claims, copies a message in and commits it.
   *
   * @param source where the message is
   * @param sourceOffset its first byte
   * @param lengthBytes of the message, 0 to {@link FrameRing#longestBytes}
   * @param type any number from 0 to 65535
   * @return as {@link #claim}
   * @throws IndexOutOfBoundsException if the range lies outside the source
   * @throws IllegalArgumentException if length or type are not as {@link #claim} wants them
   */
  @CheckReturnValue
  public long offer(MemorySegment source, long sourceOffset, int lengthBytes, int type) {
    // Checked before the claim: nothing may fail between claim and commit.
    Ranges.check(sourceOffset, lengthBytes, source.byteSize());
    long offset = claim(lengthBytes, type);
    if (offset < 0) {
      return offset;
    }
    boolean isCopied = false;
    try {
      words.copyIn(offset, source, sourceOffset, lengthBytes);
      isCopied = true;
    } finally {
      // The source may have been closed meanwhile; the claim must not hold up those behind it.
      end(isCopied ? MESSAGE : ABORTED);
    }
    return offset;
  }

  /**
   * Tells, after a commit, whether the consumer wants to be woken.
   *
   * @return true if so
   */
  public boolean isConsumerAsleep() {
    return words.intOpaque(STATE_OFFSET) == OPEN_ASLEEP;
  }

  /**
   * Takes it upon this producer to wake the consumer.
   *
   * @return false if another one does, or the consumer has woken
   */
  @CheckReturnValue
  public boolean tryWake() {
    return words.intCas(STATE_OFFSET, OPEN_ASLEEP, OPEN);
  }

  /** Aborts an open claim and gives the record back. The producer must not be used any more. */
  public void disconnect() {
    if (claimed != NO_CLAIM) {
      end(ABORTED);
    }
    new FrameRecords(ring).giveBack(record, owner);
  }

  private long lineOffset(long position) {
    return linesOffset + ((position & mask) << LINE_SHIFT);
  }

  private int paddingBefore(long position, int lines) {
    int left = capacity - (int) (position & mask);
    return lines <= left ? 0 : left;
  }

  private IllegalArgumentException misfit(int lengthBytes, int type) {
    return new IllegalArgumentException(
        "lengthBytes="
            + lengthBytes
            + " must be 0 to "
            + longestBytes
            + " and type="
            + type
            + " 0 to "
            + TYPE_MASK);
  }
}
