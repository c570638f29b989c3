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
   * @return whether it was taken; never once the word is about another handle
   */
  public boolean takeCas(int seen) {
    return TakenLayout.WORD.compareAndSet(
        word, 0L, TakenLayout.word(generation, seen), TakenLayout.word(generation, seen + 1));
  }
}
