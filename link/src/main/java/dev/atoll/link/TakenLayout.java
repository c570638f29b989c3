/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The taken word: what a program tells the device about one handle's signals, version 1,
 * little-endian.
 *
 * <p>Word {@code n} belongs to the handle whose low half is {@code n}. The program writes, the
 * device only reads, and only to decide whether a signal that is not to accumulate is dropped, and
 * whether a watch is answered at once.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-----------------+-+
 *   | taken             | generation      |m|
 *   +-------------------+-----------------+-+
 * </pre>
 *
 * <ul>
 *   <li>{@code taken}: signals that were taken, modulo 2^32
 *   <li>{@code generation}: high half of the handle that {@code taken} is about, 31 bits
 *   <li>{@code m}: the count goes on in the pages of the next device, so nothing is taken here
 * </ul>
 *
 * <p>Nobody clears a word for a new handle: it still has the generation of the handle before, and
 * so counts as zero taken, until the program writes it anew. Writers: one program, by
 * compare-and-set of the whole word. A wrong word misleads the device about its own writer alone.
 */
public final class TakenLayout {
  /** Bytes of a word. */
  public static final long WORD_BYTES = 8;

  /** Bytes of all words of a session; whole pages on every machine that Atoll runs on. */
  public static final long TOTAL_BYTES = WORD_BYTES * LinkLimits.HANDLES_MAX;

  /** Set in a word whose count was read for the next device. */
  static final long MOVED = 1L << 63;

  static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  static {
    if (WORD_BYTES != ValueLayout.JAVA_LONG.byteSize()) {
      throw new AssertionError("word of " + WORD_BYTES + " bytes");
    }
  }

  private TakenLayout() {}

  static int takenOf(long word) {
    return (int) word;
  }

  static int generationOf(long word) {
    return (int) ((word & ~MOVED) >>> 32);
  }

  static long word(int generation, int taken) {
    return (long) generation << 32 | Integer.toUnsignedLong(taken);
  }
}
