/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.FrameRingLayout.CLAIM_LINES;
import static dev.atoll.memory.FrameRingLayout.CLAIM_POSITION;
import static dev.atoll.memory.FrameRingLayout.GENERATION_OFFSET;
import static dev.atoll.memory.FrameRingLayout.HEAD_OFFSET;
import static dev.atoll.memory.FrameRingLayout.KIND_MASK;
import static dev.atoll.memory.FrameRingLayout.KIND_SHIFT;
import static dev.atoll.memory.FrameRingLayout.LARGEST_PART;
import static dev.atoll.memory.FrameRingLayout.NAMESPACE;
import static dev.atoll.memory.FrameRingLayout.NO_CLAIM;
import static dev.atoll.memory.FrameRingLayout.OWNER;
import static dev.atoll.memory.FrameRingLayout.ROUND_SHIFT;
import static dev.atoll.memory.FrameRingLayout.START;
import static dev.atoll.memory.FrameRingLayout.TAIL_OFFSET;
import static dev.atoll.memory.FrameRingLayout.WANTED_OFFSET;
import static dev.atoll.memory.FrameRingLayout.recordOffset;
import static dev.atoll.memory.FrameRingLayout.round;

import java.util.OptionalInt;

/**
 * The records in which producers of a {@link FrameRing} say who they are and what they claim.
 *
 * <p>Where there can be many producers, a claim is <em>announced</em> in the record, then
 * <em>made</em> by moving the tail, then <em>stamped</em> by a commit word. A producer announces
 * its next claim only after the one before is stamped. So whoever reads tail, records and commit
 * words in this order finds for every claim that the tail covers its announcement or its stamp.
 *
 * <p>Position and lines of a record are two words, and whoever lives may announce another claim
 * between two looks. So they are taken together only once their writer is known to be dead: then
 * they stand still, and say how far it came.
 */
final class FrameRecords {
  /** There is nothing to pass over, or somebody who lives may still commit. */
  static final int NOTHING = 0;

  /** Nobody can have made the claim that the tail covers. */
  static final int IMPOSSIBLE = -1;

  private final FrameRing ring;
  private final Words words;

  FrameRecords(FrameRing ring) {
    this.ring = ring;
    this.words = ring.words();
  }

  long ownerWord(ProducerMark mark) {
    return (long) words.intOpaque(GENERATION_OFFSET) << Integer.SIZE | mark.processId();
  }

  /** Takes a free record; asks the consumer to look for dead producers if there is none. */
  OptionalInt take(ProducerMark mark) {
    long owner = ownerWord(mark);
    for (int i = 0; i < ring.producers(); i++) {
      long record = recordOffset(i);
      if (words.longAcquire(record + OWNER) == 0 && words.longCas(record + OWNER, 0, owner)) {
        words.longRelease(record + CLAIM_POSITION, NO_CLAIM);
        words.longRelease(record + NAMESPACE, mark.namespace());
        words.longRelease(record + START, mark.start());
        return OptionalInt.of(i);
      }
    }
    words.intRelease(WANTED_OFFSET, 1);
    return OptionalInt.empty();
  }

  /** Gives a record back; by its holder, or by the consumer once the holder is dead. */
  void giveBack(long record, long owner) {
    if (words.longAcquire(record + OWNER) == owner) {
      // The next holder must not look like this one's process before it has said who it is, nor
      // hold up the ring with a claim that was announced and never made.
      words.longRelease(record + CLAIM_POSITION, NO_CLAIM);
      words.longRelease(record + START, 0);
      words.longRelease(record + NAMESPACE, 0);
      boolean _ = words.longCas(record + OWNER, owner, 0);
    }
  }

  /** Whether a producer has found no record since this was asked last. */
  boolean isWanted() {
    if (words.intOpaque(WANTED_OFFSET) == 0) {
      return false;
    }
    words.intRelease(WANTED_OFFSET, 0);
    return true;
  }

  /** Gives the records of dead producers back of which nothing is left. */
  void reap(ProducerLife life) {
    for (int i = 0; i < ring.producers(); i++) {
      long record = recordOffset(i);
      long owner = words.longAcquire(record + OWNER);
      if (owner != 0 && isGone(record, owner, life) && isSettled(record)) {
        giveBack(record, owner);
      }
    }
  }

  /**
   * Tells how many lines a dead producer has claimed at the consumer's position and never stamped.
   *
   * @param head the consumer's position, at which no frame is committed
   * @return lines, {@link #NOTHING} or {@link #IMPOSSIBLE}
   */
  int deadClaim(long head, ProducerLife life) {
    long tail = words.longAcquire(TAIL_OFFSET);
    if (tail <= head) {
      return NOTHING;
    }
    if (isAlone()) {
      return deadClaimOfTheOnlyOne(head, tail, life);
    }
    long[] claims = new long[ring.producers()];
    long[] lines = new long[ring.producers()];
    for (int i = 0; i < claims.length; i++) {
      long record = recordOffset(i);
      long owner = words.longAcquire(record + OWNER);
      claims[i] = words.longAcquire(record + CLAIM_POSITION);
      lines[i] = words.longAcquire(record + CLAIM_LINES);
      if (owner == 0) {
        claims[i] = NO_CLAIM;
      } else if (covers(claims[i], lines[i], head)) {
        if (!isGone(record, owner, life)) {
          return NOTHING;
        }
        // What was read while it may have lived can be of two claims, or from before it wrote.
        claims[i] = words.longAcquire(record + CLAIM_POSITION);
        lines[i] = words.longAcquire(record + CLAIM_LINES);
      }
    }
    if (isStamped(head)) {
      return NOTHING;
    }
    long end = endOfDeadClaim(head, tail, claims, lines);
    return end == NO_CLAIM ? IMPOSSIBLE : (int) (end - head);
  }

  private boolean isAlone() {
    return ring.producers() == 1;
  }

  /** Only the last claim of a producer that is alone can be open, and it ends at the tail. */
  private int deadClaimOfTheOnlyOne(long head, long tail, ProducerLife life) {
    long record = recordOffset(0);
    long owner = words.longAcquire(record + OWNER);
    boolean isAlive = owner != 0 && !isGone(record, owner, life);
    if (isAlive || isStamped(head)) {
      return NOTHING;
    }
    // Where nobody holds the record, nobody has left a claim behind.
    return owner == 0 ? IMPOSSIBLE : (int) (tail - head);
  }

  /**
   * Finds who of the dead made the claim. Where none of them came to say so, whoever made it had
   * not written to its lines yet; so the first end at which another claim begins is its end, and no
   * payload can pretend to be that one.
   */
  private long endOfDeadClaim(long head, long tail, long[] claims, long[] lines) {
    long first = NO_CLAIM;
    for (int i = 0; i < claims.length; i++) {
      if (!covers(claims[i], lines[i], head)) {
        continue;
      }
      long end = claims[i] + Math.abs(lines[i]);
      if (lines[i] > 0 && end <= tail) {
        return end;
      }
      boolean isEnd = end == tail || (end < tail && (contains(claims, end) || isStamped(end)));
      if (isEnd && (first == NO_CLAIM || end < first)) {
        first = end;
      }
    }
    return first;
  }

  /** Whether a claim, if it was made, holds the consumer up: it begins there, padded or not. */
  private boolean covers(long claim, long lines, long head) {
    if (claim < 0 || lines == 0 || Math.abs(lines) > 2L * ring.capacityLines() / LARGEST_PART) {
      return false;
    }
    boolean isPadded = claim < head && (head & ring.mask()) == 0;
    return claim == head || (isPadded && head < claim + Math.abs(lines));
  }

  /** Whether nothing can come of what a record announces, or all has been seen. */
  private boolean isSettled(long record) {
    if (isAlone()) {
      return words.longAcquire(HEAD_OFFSET) >= words.longAcquire(TAIL_OFFSET);
    }
    long claim = words.longAcquire(record + CLAIM_POSITION);
    long lines = Math.abs(words.longAcquire(record + CLAIM_LINES));
    if (claim < 0 || lines <= 0 || words.longAcquire(TAIL_OFFSET) <= claim) {
      return true;
    }
    int padding = ring.paddingBefore(claim, (int) Math.min(lines, Integer.MAX_VALUE));
    return words.longAcquire(HEAD_OFFSET) >= claim + lines || isStamped(claim + padding);
  }

  private boolean isGone(long record, long owner, ProducerLife life) {
    return life.isGone(
        (int) (owner >>> Integer.SIZE),
        (int) owner,
        words.longAcquire(record + START),
        words.longAcquire(record + NAMESPACE));
  }

  private static boolean contains(long[] claims, long position) {
    for (long claim : claims) {
      if (claim == position) {
        return true;
      }
    }
    return false;
  }

  private boolean isStamped(long position) {
    long word = words.longAcquire(ring.lineOffset(position));
    return (int) (word >>> ROUND_SHIFT) == round(position, ring.roundShift())
        && (word >>> KIND_SHIFT & KIND_MASK) != 0;
  }
}
