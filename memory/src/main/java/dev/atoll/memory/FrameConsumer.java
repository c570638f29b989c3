/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.FrameRing.CORRUPT;
import static dev.atoll.memory.FrameRingLayout.CLOSED;
import static dev.atoll.memory.FrameRingLayout.CONSUMED_OFFSET;
import static dev.atoll.memory.FrameRingLayout.GAPS_OFFSET;
import static dev.atoll.memory.FrameRingLayout.GENERATION_OFFSET;
import static dev.atoll.memory.FrameRingLayout.HEADER_BYTES;
import static dev.atoll.memory.FrameRingLayout.HEAD_OFFSET;
import static dev.atoll.memory.FrameRingLayout.KIND_MASK;
import static dev.atoll.memory.FrameRingLayout.KIND_SHIFT;
import static dev.atoll.memory.FrameRingLayout.LENGTH_MASK;
import static dev.atoll.memory.FrameRingLayout.LINE_SHIFT;
import static dev.atoll.memory.FrameRingLayout.LOST_LINES_OFFSET;
import static dev.atoll.memory.FrameRingLayout.MESSAGE;
import static dev.atoll.memory.FrameRingLayout.OPEN;
import static dev.atoll.memory.FrameRingLayout.OPEN_ASLEEP;
import static dev.atoll.memory.FrameRingLayout.PADDING;
import static dev.atoll.memory.FrameRingLayout.ROUND_MASK;
import static dev.atoll.memory.FrameRingLayout.ROUND_SHIFT;
import static dev.atoll.memory.FrameRingLayout.STATE_OFFSET;
import static dev.atoll.memory.FrameRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.FrameRingLayout.TYPE_MASK;
import static dev.atoll.memory.FrameRingLayout.TYPE_SHIFT;
import static dev.atoll.memory.FrameRingLayout.linesOf;
import static dev.atoll.memory.FrameRingLayout.linesOffset;
import static dev.atoll.memory.FrameRingLayout.round;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Site;
import java.lang.foreign.MemorySegment;

/**
 * The consumer of a {@link FrameRing}.
 *
 * <p>Thread safety: one thread at a time, and one consumer of a ring at a time; {@link #close} and
 * {@link #setAsleep} too. No method but {@link #open} and {@link #unblock} allocates; none locks or
 * blocks.
 */
public final class FrameConsumer {
  private final Words words;
  private final MemorySegment view;
  private final FrameRecords records;
  private final long linesOffset;
  private final int capacity;
  private final int mask;
  private final int roundShift;
  private final int longestBytes;

  /** Lines after which producers are told, to keep the line that tells them with the consumer. */
  private final int publishEvery;

  private long head;
  private long headPublished;
  private String corruption = "";

  private FrameConsumer(FrameRing ring, long head) {
    this.words = ring.words();
    this.view = ring.view();
    this.records = new FrameRecords(ring);
    this.linesOffset = linesOffset(ring.producers());
    this.capacity = ring.capacityLines();
    this.mask = ring.mask();
    this.roundShift = ring.roundShift();
    this.longestBytes = ring.longestBytes();
    this.publishEvery = Math.max(1, capacity / 8);
    this.head = head;
    this.headPublished = head;
  }

  /**
   * Becomes the consumer of a ring: of a new one, or of one whose consumer has ended.
   *
   * <p>Polling goes on where the last consumer told its producers that it was: messages that it
   * polled since, at most an eighth of the ring, are given again.
   *
   * @param ring the ring, in memory that can be written
   * @return the consumer
   * @throws RefusedMemoryException if the positions that stand there can not be
   */
  public static FrameConsumer open(FrameRing ring) {
    Words words = ring.words();
    long free = words.longAcquire(HEAD_OFFSET);
    long consumed = words.longAcquire(CONSUMED_OFFSET);
    long tail = words.longAcquire(TAIL_OFFSET);
    long head = Math.max(free, consumed);
    if (free < 0 || head - free > ring.capacityLines() || tail < head || isTooFar(ring, tail)) {
      throw new RefusedMemoryException(
          "frame ring", "head=" + free + " consumed=" + consumed + " tail=" + tail);
    }
    FrameConsumer consumer = new FrameConsumer(ring, head);
    consumer.clear(free, head);
    words.longRelease(HEAD_OFFSET, head);
    Site.hit("channel.cleared");
    words.intRelease(
        GENERATION_OFFSET, words.intAcquire(GENERATION_OFFSET) + 1 & Integer.MAX_VALUE);
    words.intVolatile(STATE_OFFSET, OPEN);
    return consumer;
  }

  private static boolean isTooFar(FrameRing ring, long tail) {
    return tail - ring.words().longAcquire(HEAD_OFFSET) > ring.capacityLines();
  }

  /**
   * Takes committed messages in the order of their claims, up to a limit.
   *
   * @param handler receives each message
   * @param limit the most frames to look at, positive; aborted ones count
   * @return how many messages were given, possibly zero, or {@link FrameRing#CORRUPT}
   */
  @CheckReturnValue
  public long poll(FrameHandler handler, int limit) {
    if (!corruption.isEmpty()) {
      return CORRUPT;
    }
    long given = 0;
    int i = 0;
    try {
      for (; i < limit; i++) {
        long position = head;
        long offset = linesOffset + ((position & mask) << LINE_SHIFT);
        long word = words.longAcquire(offset);
        int kind = kindIfStamped(word, position);
        if (kind <= 0) {
          return kind == 0 ? given : CORRUPT;
        }
        int length = (int) word & LENGTH_MASK;
        int lines = kind == PADDING ? linesToEnd(position) : linesOf(length);
        if (length > longestBytes || lines > linesToEnd(position)) {
          return corrupt("a frame of length=" + length, position, word);
        }
        // From here on the frame counts as polled, whatever the handler throws.
        head = position + lines;
        if (kind == MESSAGE) {
          given++;
          try {
            handler.onMessage(
                view, offset + HEADER_BYTES, length, (int) (word >>> TYPE_SHIFT) & TYPE_MASK);
          } finally {
            if (lines > 1) {
              clearConsumed(position, lines);
            }
          }
        } else if (lines > 1) {
          clearConsumed(position, lines);
        }
        if (head - headPublished >= publishEvery) {
          publish();
        }
      }
    } finally {
      if (i < limit && head != headPublished) {
        publish();
      }
    }
    return given;
  }

  /** The kind of the frame that is committed here, 0 if none is, -1 if the word can not be. */
  private int kindIfStamped(long word, long position) {
    int round = round(position, roundShift);
    int stamp = (int) (word >>> ROUND_SHIFT);
    if (stamp == round) {
      int kind = (int) (word >>> KIND_SHIFT) & KIND_MASK;
      return kind != 0 ? kind : word == 0 ? 0 : impossible(position, word);
    }
    boolean isOfRoundBefore = word == 0 || stamp == ((round - 1) & ROUND_MASK);
    return isOfRoundBefore ? 0 : impossible(position, word);
  }

  private int impossible(long position, long word) {
    long _ = corrupt("an impossible commit word", position, word);
    return -1;
  }

  /**
   * Remembers what is wrong, stops the producers, and stays so: after a wrong length nobody knows
   * where the next frame begins.
   */
  private long corrupt(String what, long position, long word) {
    if (corruption.isEmpty()) {
      corruption = what + " at position=" + position + " word=0x" + Long.toHexString(word);
      words.intVolatile(STATE_OFFSET, CLOSED);
    }
    return CORRUPT;
  }

  /**
   * Tells what made the ring {@link FrameRing#CORRUPT}.
   *
   * @return words and numbers, empty while nothing is wrong
   */
  public String corruption() {
    return corruption;
  }

  /**
   * Looks whether a poll would find anything, committed or wrong.
   *
   * @return false if it would return zero
   */
  public boolean isReady() {
    return !corruption.isEmpty() || kindIfStamped(words.longAcquire(lineOffset(head)), head) != 0;
  }

  /**
   * Tells whether a claim that nobody has committed holds up what may stand behind it.
   *
   * @return true if so, which is nothing unusual for a moment
   */
  public boolean isHeldUp() {
    return words.longAcquire(TAIL_OFFSET) != head && !isReady();
  }

  /**
   * Passes over the claim that holds up the ring, if its producer is dead, and frees the records of
   * dead producers of which nothing is left. What they committed is still polled; half a message
   * never is.
   *
   * @param life says who is dead
   * @return how many lines were passed over, possibly zero, or {@link FrameRing#CORRUPT}
   */
  @CheckReturnValue
  public long unblock(ProducerLife life) {
    if (!corruption.isEmpty()) {
      return CORRUPT;
    }
    long tail = words.longAcquire(TAIL_OFFSET);
    if (tail < head || tail - head > capacity) {
      return corrupt("an impossible tail=" + tail, head, 0);
    }
    int lines = isReady() ? FrameRecords.NOTHING : records.deadClaim(head, life);
    if (lines == FrameRecords.IMPOSSIBLE) {
      return corrupt("a claim of nobody up to tail=" + tail, head, 0);
    }
    if (lines > 0) {
      words.longRelease(GAPS_OFFSET, words.longPlain(GAPS_OFFSET) + 1);
      words.longRelease(LOST_LINES_OFFSET, words.longPlain(LOST_LINES_OFFSET) + lines);
      long position = head;
      head += lines;
      clearConsumed(position, lines);
      // What stands in the first word is of the round before, and must not be there in the next.
      clear(position, position + 1);
      publish();
      Site.hit("channel.unblocked");
    }
    records.reap(life);
    return lines;
  }

  /**
   * Tells whether a producer has found no free record since this was asked last.
   *
   * @return true if {@link #unblock} might free one
   */
  public boolean isRecordWanted() {
    return records.isWanted();
  }

  /**
   * Says whether the consumer wants to be woken after a commit, with volatile order.
   *
   * <p>Producers look at the word after the commit without a fence between. So the consumer, after
   * setting it and before sleeping, must either make all producers pass a fence (membarrier(2)) and
   * look at {@link #isReady} once more, or bound its sleep.
   *
   * @param isAsleep whether to be woken
   */
  public void setAsleep(boolean isAsleep) {
    // A producer may have taken the word back already, and who closed the ring must not be undone.
    boolean _ =
        isAsleep
            ? words.intCas(STATE_OFFSET, OPEN, OPEN_ASLEEP)
            : words.intCas(STATE_OFFSET, OPEN_ASLEEP, OPEN);
  }

  /** Tells the producers that nobody polls any more, and what was polled. */
  public void close() {
    publish();
    words.intVolatile(STATE_OFFSET, CLOSED);
  }

  private void publish() {
    words.longRelease(HEAD_OFFSET, head);
    headPublished = head;
  }

  /** Gives lines back to the state in which no payload can look like a commit word. */
  private void clearConsumed(long position, int lines) {
    // Before a word is cleared: a consumer that takes over must not give the message again.
    words.longRelease(CONSUMED_OFFSET, head);
    clear(position + 1, position + lines);
  }

  private void clear(long from, long to) {
    for (long line = from; line < to; line++) {
      words.longRelease(lineOffset(line), 0);
    }
  }

  private int linesToEnd(long position) {
    return capacity - (int) (position & mask);
  }

  private long lineOffset(long position) {
    return linesOffset + ((position & mask) << LINE_SHIFT);
  }
}
