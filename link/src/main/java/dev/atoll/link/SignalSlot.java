/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static dev.atoll.link.SignalSlotLayout.GENERATION;
import static dev.atoll.link.SignalSlotLayout.POSTED;
import static dev.atoll.link.SignalSlotLayout.SEQUENCE;
import static dev.atoll.link.SignalSlotLayout.STATE;

import dev.atoll.base.Ranges;
import java.lang.foreign.MemorySegment;

/**
 * One signal slot, seen through a mapping of a session's signal pages.
 *
 * <p>A program's mapping is read-only, so only the device can use the writing methods; a program
 * that tries gets an {@link IllegalArgumentException} from the segment. Thread safety: one writer,
 * any number of readers.
 */
public final class SignalSlot {
  private static final long WORD_BYTES = 4;

  private final MemorySegment slot;

  private SignalSlot(MemorySegment slot) {
    this.slot = slot;
  }

  /**
   * Finds the slot of a handle.
   *
   * @param pages all signal pages of the session
   * @param handle of the session
   * @return the slot
   * @throws IndexOutOfBoundsException if the handle's low half is no slot
   */
  public static SignalSlot of(MemorySegment pages, long handle) {
    long index = handle & 0xFFFF_FFFFL;
    Ranges.check(index, 1, LinkLimits.HANDLES_MAX);
    return new SignalSlot(
        pages.asSlice(index * SignalSlotLayout.SLOT_BYTES, SignalSlotLayout.SLOT_BYTES));
  }

  /**
   * Reads the sequence with acquire: what is read afterwards is not older.
   *
   * @return the value to wait on
   */
  public int sequenceAcquire() {
    return (int) SEQUENCE.getAcquire(slot, 0L);
  }

  /**
   * Reads how many signals were posted, with acquire: what the poster stored before is seen.
   *
   * @return the count modulo 2^32
   */
  public int postedAcquire() {
    return (int) POSTED.getAcquire(slot, 0L);
  }

  /**
   * Reads the state.
   *
   * @return one of the states of {@link SignalSlotLayout}, or garbage if the device is broken
   */
  public int stateOpaque() {
    return (int) STATE.getOpaque(slot, 0L);
  }

  /**
   * Reads whose slot it is.
   *
   * @return high half of the handle
   */
  public int generationOpaque() {
    return (int) GENERATION.getOpaque(slot, 0L);
  }

  /**
   * Gives the word that waiters wait on.
   *
   * @return four bytes, the sequence
   */
  public MemorySegment futexWord() {
    return slot.asSlice(0, WORD_BYTES);
  }

  /**
   * Device only: gives the slot to a handle.
   *
   * @param generation high half of the handle
   */
  public void begin(int generation) {
    resume(generation, 0);
  }

  /**
   * Device only: gives the slot to a handle that had one on an earlier device.
   *
   * @param generation high half of the handle
   * @param posted signals posted to it so far, modulo 2^32
   */
  public void resume(int generation, int posted) {
    POSTED.setOpaque(slot, 0L, posted);
    GENERATION.setOpaque(slot, 0L, generation);
    STATE.setOpaque(slot, 0L, SignalSlotLayout.LIVE);
    bumpRelease();
  }

  /**
   * Device only: adds signals; the caller wakes the waiters.
   *
   * @param count how many
   */
  public void post(int count) {
    POSTED.setRelease(slot, 0L, (int) POSTED.getOpaque(slot, 0L) + count);
    bumpRelease();
  }

  /**
   * Device only: changes the state; the caller wakes the waiters.
   *
   * @param state the new state
   */
  public void become(int state) {
    STATE.setOpaque(slot, 0L, state);
    bumpRelease();
  }

  private void bumpRelease() {
    SEQUENCE.setRelease(slot, 0L, (int) SEQUENCE.getOpaque(slot, 0L) + 1);
  }
}
