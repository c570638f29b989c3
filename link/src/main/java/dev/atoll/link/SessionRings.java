/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.PROT_READ;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.memory.Words;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A program's side of the rings of its session, laid out as {@link RingsLayout} says.
 *
 * <p>A thread takes a {@link Lane}, fills its piece of the bounce area, submits, waits until the
 * lane is done, and gives it back. When all lanes are taken, the next thread waits: that is what
 * keeps a program from asking for more than the device has room for. A lane that is given back
 * before its transfer has ended stays out of use until it has.
 *
 * <p>A thread that dies between claim and commit of a slot holds up those behind it. Threads of a
 * virtual machine die with their process only, and with it ends the session.
 *
 * <p>Thread safety: all methods may be called by any thread, virtual ones included; nothing here
 * enters a system call. Order: what a thread has stored in a lane before it submits is seen by the
 * device; what a get has brought is seen once {@link Lane#isDone} is true.
 */
public final class SessionRings implements AutoCloseable {
  private final RingsLayout layout;
  private final MappedRange submissionRange;
  private final MappedRange completionRange;
  private final Memory memory;
  private final SlotRing ring;
  private final AtomicReferenceArray<Lane> free;
  private final Semaphore room;

  private SessionRings(RingsLayout layout, MappedRange submission, MappedRange completion) {
    this.layout = layout;
    this.submissionRange = submission;
    this.completionRange = completion;
    this.memory = Memory.of(submission.segment(), completion.segment());
    this.ring = SlotRing.attach(memory.submission(), layout.slots());
    this.free = new AtomicReferenceArray<>(layout.lanes());
    for (int i = 0; i < layout.lanes(); i++) {
      free.set(i, new Lane(this, i, layout, memory));
    }
    this.room = new Semaphore(layout.lanes());
  }

  /** Both files as they are mapped, and as words. */
  record Memory(
      MemorySegment submissionFile,
      MemorySegment completionFile,
      Words submission,
      Words completion) {
    static Memory of(MemorySegment submission, MemorySegment completion) {
      return new Memory(
          submission, completion, new SegmentWords(submission), new SegmentWords(completion));
    }
  }

  /**
   * Maps the rings that the device made.
   *
   * @param posix the operating system
   * @param layout what the device says of them
   * @param descriptors the two files; they stay the caller's
   * @return the rings, owned by the caller
   * @throws LinkException if they are not what the layout says
   */
  static SessionRings attach(Posix posix, RingsLayout layout, List<Descriptor> descriptors) {
    if (descriptors.size() != 2
        || posix.statx(descriptors.get(0)).size() != layout.submissionBytes()
        || posix.statx(descriptors.get(1)).size() != layout.completionBytes()) {
      throw new LinkException(
          LinkException.REFUSED, "The device's rings are not as it says they are.", null);
    }
    MappedRange submission = map(posix, layout.submissionBytes(), descriptors.get(0), true);
    try {
      MappedRange completion = map(posix, layout.completionBytes(), descriptors.get(1), false);
      try {
        return new SessionRings(layout, submission, completion);
      } catch (RuntimeException e) {
        completion.close();
        throw e;
      }
    } catch (RuntimeException e) {
      submission.close();
      throw e;
    }
  }

  private static MappedRange map(
      Posix posix, long bytes, Descriptor descriptor, boolean isWritable) {
    int protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ;
    return MappedRange.map(
        posix, new MapRequest(bytes, protection, MAP_SHARED, descriptor, 0, "session rings"));
  }

  /**
   * Tells how many bytes one transfer can move.
   *
   * @return the bytes of a lane
   */
  public int laneBytes() {
    return layout.laneBytes();
  }

  /**
   * Takes a lane; waits while all are taken. Lanes whose last transfer has not ended are given out
   * only when there is no other: the taker must wait until {@link Lane#isDone}.
   *
   * @return the lane, to be given back by {@link #giveBack}
   * @throws InterruptedException if interrupted while all lanes are taken
   */
  public Lane take() throws InterruptedException {
    if (!room.tryAcquire()) {
      room.acquire();
    }
    // A permit says that one is there; another thread may be quicker at each, but not at all.
    while (true) {
      Lane taken = takeOne(true);
      if (taken == null) {
        taken = takeOne(false);
      }
      if (taken != null) {
        return taken;
      }
      Thread.onSpinWait();
    }
  }

  private @Nullable Lane takeOne(boolean isDoneOnly) {
    for (int i = 0; i < free.length(); i++) {
      Lane lane = free.get(i);
      if (lane != null && (!isDoneOnly || lane.isDone()) && free.compareAndSet(i, lane, null)) {
        return lane;
      }
    }
    return null;
  }

  /**
   * Gives a lane back.
   *
   * @param lane from {@link #take}
   */
  public void giveBack(Lane lane) {
    free.set(lane.number(), lane);
    room.release();
  }

  /**
   * Submits a transfer of a lane.
   *
   * @param lane taken and done
   * @param kind {@link RingEntry#PUT} or {@link RingEntry#GET}
   * @param handle of the import
   * @param offset byte offset in the segment
   * @param length how many bytes, at most {@link #laneBytes}
   * @return false if the ring has no free slot just now
   * @throws IllegalStateException if the ring holds what no device and no program writes
   */
  @CheckReturnValue
  public boolean submit(Lane lane, int kind, long handle, long offset, long length) {
    RingEntry entry = lane.next(kind, handle, offset, length);
    boolean isSubmitted = offer(entry);
    if (isSubmitted) {
      lane.submitted(entry);
    }
    return isSubmitted;
  }

  /**
   * Posts a signal; there is no answer.
   *
   * @param handle of an import or an export
   * @param flags of the original
   * @return false if the ring has no free slot just now
   * @throws IllegalStateException if the ring holds what no device and no program writes
   */
  @CheckReturnValue
  public boolean postSignal(long handle, int flags) {
    return offer(
        new RingEntry(RingEntry.SIGNAL_POST, RingsLayout.NO_LANE, handle, 0, 0, 0, 0, flags));
  }

  private boolean offer(RingEntry entry) {
    long position = ring.claim();
    if (position == SlotRing.FULL) {
      return false;
    }
    if (position < 0) {
      throw new IllegalStateException("the session's ring is corrupt");
    }
    entry.write(memory.submission(), ring.payloadOffset(position));
    ring.commit(position);
    return true;
  }

  /**
   * Tells, after a submit, whether the device must be told by {@link Request.RingsWake}. There is
   * no fence between: the device looks once more some time after it has said that it sleeps.
   *
   * @return true if so
   */
  public boolean isDeviceAsleep() {
    return ring.isConsumerSleeping();
  }

  /** Unmaps both files; a thread that uses them meanwhile gets an exception. */
  @Override
  public void close() {
    submissionRange.close();
    completionRange.close();
  }
}
