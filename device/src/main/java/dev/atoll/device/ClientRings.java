/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RingsLayout;
import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.memory.Words;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The device's side of one session's rings: takes entries, trusting none, and writes completions.
 *
 * <p>Whatever the program writes, a call here ends and touches nothing outside the two files. What
 * is private to the device decides: which lanes are busy, where the ring's head is. Owned by the
 * loop.
 */
final class ClientRings {
  private static final long WORD_BYTES = 4;
  private static final long SEQUENCE = 0;
  private static final long CODE = 4;
  private static final long ERRNO = 8;

  private final Posix posix;
  private final RingsLayout layout;
  private final RingFiles files;
  private final Words submission;
  private final Words completion;
  private final SlotRing ring;
  private final SlotRing.SlotConsumer taker = this::take;
  private final BitSet busy;
  private final BitSet ended;
  private final Deque<RingEntry> pending = new ArrayDeque<>();
  private final Consumer<RingEntry> signals;
  private long lastUsedNanos;
  private int moving;
  private boolean isMalformed;
  private boolean isClosed;

  /** The signals go to the consumer as they come; transfers wait to be {@link #next}. */
  ClientRings(Posix posix, RingsLayout layout, RingFiles files, Consumer<RingEntry> signals) {
    this.posix = posix;
    this.layout = layout;
    this.files = files;
    this.submission = new SegmentWords(files.submission().segment());
    this.completion = new SegmentWords(files.completion().segment());
    this.ring = SlotRing.create(submission, layout.slots());
    this.busy = new BitSet(layout.lanes());
    this.ended = new BitSet(layout.lanes());
    this.signals = signals;
    ring.setConsumerSleeping(true);
  }

  RingsLayout layout() {
    return layout;
  }

  List<Descriptor> descriptors() {
    return files.descriptors();
  }

  boolean isClosed() {
    return isClosed;
  }

  /** When something was last found in the ring. */
  long lastUsedNanos() {
    return lastUsedNanos;
  }

  void usedAt(long nanos) {
    lastUsedNanos = nanos;
  }

  /** Says whether the program must tell the device of what it submits. */
  void setAsleep(boolean isAsleep) {
    ring.setConsumerSleeping(isAsleep);
  }

  /**
   * Copies what the program has submitted, at most so many entries.
   *
   * @return how many; negative if the ring or an entry is not what a program may write
   */
  long takeEntries(int limit) {
    if (isMalformed) {
      return SlotRing.CORRUPT;
    }
    long taken = ring.poll(taker, limit);
    isMalformed |= taken < 0;
    return isMalformed ? SlotRing.CORRUPT : taken;
  }

  private void take(Words words, long payloadOffset) {
    if (isMalformed) {
      return;
    }
    RingEntry entry = RingEntry.read(words, payloadOffset);
    if (entry.kind() == RingEntry.SIGNAL_POST && entry.lane() == RingsLayout.NO_LANE) {
      signals.accept(entry);
    } else if (isTransfer(entry)) {
      busy.set(entry.lane());
      pending.addLast(entry);
    } else {
      isMalformed = true;
    }
  }

  /**
   * A lane that is busy would have two transfers in one place, which no correct program submits.
   */
  private boolean isTransfer(RingEntry entry) {
    boolean isKnown = entry.kind() == RingEntry.PUT || entry.kind() == RingEntry.GET;
    return isKnown
        && entry.flags() == 0
        && entry.lane() >= 0
        && entry.lane() < layout.lanes()
        && !busy.get(entry.lane())
        && Ranges.contains(entry.bounceOffset(), entry.length(), layout.bounceBytes())
        && entry.length() <= layout.laneBytes();
  }

  /** The next transfer to be made, at most as many as there are lanes wait. */
  @Nullable RingEntry next() {
    return pending.pollFirst();
  }

  boolean hasPending() {
    return !pending.isEmpty();
  }

  /** The bytes of a transfer; for system calls alone, since the program can take the pages away. */
  MemorySegment bounce(RingEntry entry) {
    return files
        .submission()
        .segment()
        .asSlice(layout.bounceOffset() + entry.bounceOffset(), entry.length());
  }

  /** A worker is about to use the bounce area, which must stay mapped until it has ended. */
  void beginMove() {
    moving++;
  }

  void endMove() {
    moving--;
    if (isClosed && moving == 0) {
      files.close();
    }
  }

  /** Ends a transfer; who waits is woken by {@link #wakeWaiters}. */
  void complete(RingEntry entry, int code, int errno) {
    if (isClosed) {
      return;
    }
    long at = layout.completionOffset(entry.lane());
    completion.intOpaque(at + CODE, code);
    completion.intOpaque(at + ERRNO, errno);
    completion.intRelease(at + SEQUENCE, entry.sequence());
    busy.clear(entry.lane());
    ended.set(entry.lane());
  }

  /**
   * Wakes those who wait for what has ended since the last call. One fence serves them all: who
   * says that he waits and then finds no completion is seen here.
   */
  void wakeWaiters() {
    if (ended.isEmpty() || isClosed) {
      return;
    }
    VarHandle.fullFence();
    for (int lane = ended.nextSetBit(0); lane >= 0; lane = ended.nextSetBit(lane + 1)) {
      if (submission.intOpaque(layout.waitingOffset(lane)) != 0) {
        posix.futexWake(
            files.completion().segment().asSlice(layout.completionOffset(lane), WORD_BYTES),
            Integer.MAX_VALUE);
      }
    }
    ended.clear();
  }

  /** The session has ended. */
  void close() {
    if (!isClosed) {
      isClosed = true;
      pending.clear();
      if (moving == 0) {
        files.close();
      }
    }
  }
}
