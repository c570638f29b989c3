/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.memory.Words;
import java.lang.foreign.MemorySegment;

/**
 * One transfer of a session at a time: a piece of the bounce area and the completion that goes with
 * it.
 *
 * <p>Belongs to the thread that {@link SessionRings#take took} it until that gives it back. Its
 * waiting word is shared with the device, which only ever wakes somebody because of it.
 */
public final class Lane {
  private static final long WORD_BYTES = 4;

  private final SessionRings rings;
  private final int number;
  private final RingsLayout layout;
  private final Words submission;
  private final Words completion;
  private final MemorySegment bounce;
  private final MemorySegment word;

  /** Of the entry submitted last; volatile, as lanes change hands. */
  private volatile int sequence;

  Lane(SessionRings rings, int number, RingsLayout layout, SessionRings.Memory memory) {
    this.rings = rings;
    this.number = number;
    this.layout = layout;
    this.submission = memory.submission();
    this.completion = memory.completion();
    this.bounce =
        memory
            .submissionFile()
            .asSlice(layout.bounceOffset() + layout.laneOffset(number), layout.laneBytes());
    this.word = memory.completionFile().asSlice(layout.completionOffset(number), WORD_BYTES);
    this.sequence = sequenceAcquire();
  }

  /**
   * Gives the rings that the lane belongs to. The session may have others by now, with a lane of
   * the same number.
   *
   * @return the rings, where it is submitted and given back
   */
  public SessionRings rings() {
    return rings;
  }

  int number() {
    return number;
  }

  /**
   * Gives the lane's piece of the bounce area.
   *
   * @return native memory that the device reads at a put and writes at a get
   */
  public MemorySegment bounce() {
    return bounce;
  }

  /** The entry of the next transfer of this lane. */
  RingEntry next(int kind, long handle, long offset, long length) {
    return new RingEntry(
        kind, number, handle, offset, length, layout.laneOffset(number), sequence + 1, 0);
  }

  void submitted(RingEntry entry) {
    sequence = entry.sequence();
  }

  /**
   * Tells whether the transfer submitted last has ended, with acquire order: what a get brought can
   * be read then. True for a lane that was never used.
   *
   * @return true if so
   */
  public boolean isDone() {
    return sequenceAcquire() == sequence;
  }

  /**
   * Reads the sequence of the transfer that ended last, for a wait on {@link #word}.
   *
   * @return the sequence
   */
  public int sequenceAcquire() {
    return completion.intAcquire(layout.completionOffset(number) + RingsLayout.SEQUENCE);
  }

  /**
   * Gives the word that changes when the transfer ends.
   *
   * @return four bytes, mapped for reading
   */
  public MemorySegment word() {
    return word;
  }

  /**
   * Asks the device to wake whoever waits on the word, with volatile order.
   *
   * @param isWaiting whether somebody does
   */
  public void setWaiting(boolean isWaiting) {
    submission.intVolatile(layout.waitingOffset(number), isWaiting ? 1 : 0);
  }

  /**
   * Tells how the transfer ended.
   *
   * @return number of an {@link RsmError}, zero for success
   */
  public int code() {
    return completion.intOpaque(layout.completionOffset(number) + RingsLayout.CODE);
  }

  /**
   * Tells which system call's error ended the transfer.
   *
   * @return an errno, zero if none did
   */
  public int errno() {
    return completion.intOpaque(layout.completionOffset(number) + RingsLayout.ERRNO);
  }
}
