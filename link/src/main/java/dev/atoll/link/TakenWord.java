/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Ranges;
import java.lang.foreign.MemorySegment;

/**
 * One handle's taken word, seen through a mapping of a session's taken pages.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class TakenWord {
  private final MemorySegment word;
  private final int generation;

  private TakenWord(MemorySegment word, int generation) {
    this.word = word;
    this.generation = generation;
  }

  /**
   * Finds the word of a handle.
   *
   * @param pages all taken pages of the session
   * @param handle of the session
   * @return the word
   * @throws IndexOutOfBoundsException if the handle's low half is no slot
   */
  public static TakenWord of(MemorySegment pages, long handle) {
    long index = handle & 0xFFFF_FFFFL;
    Ranges.check(index, 1, LinkLimits.HANDLES_MAX);
    return new TakenWord(
        pages.asSlice(index * TakenLayout.WORD_BYTES, TakenLayout.WORD_BYTES),
        (int) (handle >>> 32));
  }

  /** Program only: gives the word to the handle, with nothing taken. */
  public void begin() {
    TakenLayout.WORD.setVolatile(word, 0L, TakenLayout.word(generation, 0));
  }

  /**
   * Reads how many signals of the handle were taken.
   *
   * @return the count modulo 2^32; zero while the word is about another handle
   */
  public int takenAcquire() {
    long copy = (long) TakenLayout.WORD.getAcquire(word, 0L);
    return TakenLayout.generationOf(copy) == generation ? TakenLayout.takenOf(copy) : 0;
  }

  /**
   * Program only: takes one signal, unless another thread has taken one since the count was read. A
   * full fence: what is read afterwards is not older than what the device has seen as pending.
   *
   * @param seen the count that {@link #takenAcquire} gave
   * @return whether it was taken; never once the word is about another handle, or was moved
   */
  public boolean takeCas(int seen) {
    return TakenLayout.WORD.compareAndSet(
        word, 0L, TakenLayout.word(generation, seen), TakenLayout.word(generation, seen + 1));
  }

  /**
   * Program only: copies all counts to the pages of another device, and has every later take in the
   * first pages fail. So each take is either in the copy or has not happened. May be repeated, with
   * the same first pages.
   *
   * @param pages all taken pages of the session with the device before
   * @param next those of the session with the next one, which nobody uses yet
   */
  static void moveAll(MemorySegment pages, MemorySegment next) {
    for (long at = 0; at < TakenLayout.TOTAL_BYTES; at += TakenLayout.WORD_BYTES) {
      // Most handles were never made, and a page that is not written costs no memory.
      if ((long) TakenLayout.WORD.getVolatile(pages, at) != 0) {
        long last = (long) TakenLayout.WORD.getAndBitwiseOr(pages, at, TakenLayout.MOVED);
        TakenLayout.WORD.setRelease(next, at, last & ~TakenLayout.MOVED);
      }
    }
  }
}
