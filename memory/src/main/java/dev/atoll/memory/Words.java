/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.CheckReturnValue;
import java.lang.foreign.MemorySegment;

/**
 * Aligned 32-bit and 64-bit words of a piece of memory, with the order of each access in its name.
 *
 * <p>Algorithms on shared memory are written against this interface, so that the same code runs on
 * mapped memory ({@link SegmentWords}) and on a plain array that model checkers and simulators can
 * follow ({@link HeapWords}). The orders are those of {@link java.lang.invoke.VarHandle}. Words are
 * little-endian.
 *
 * <p>All offsets are bytes from the start; a word's offset is a multiple of its size. An offset
 * outside throws {@link IndexOutOfBoundsException}, one that is not aligned {@link
 * IllegalArgumentException}, and access to memory whose owner has closed it {@link
 * IllegalStateException}.
 */
public interface Words {
  /**
   * Tells how much memory there is.
   *
   * @return bytes
   */
  long sizeBytes();

  /**
   * Reads a 64-bit word with plain order.
   *
   * @param offset byte offset
   * @return the word
   */
  long longPlain(long offset);

  /**
   * Writes a 64-bit word with plain order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void longPlain(long offset, long value);

  /**
   * Reads a 64-bit word with opaque order.
   *
   * @param offset byte offset
   * @return the word
   */
  long longOpaque(long offset);

  /**
   * Writes a 64-bit word with opaque order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void longOpaque(long offset, long value);

  /**
   * Reads a 64-bit word with acquire order.
   *
   * @param offset byte offset
   * @return the word
   */
  long longAcquire(long offset);

  /**
   * Writes a 64-bit word with release order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void longRelease(long offset, long value);

  /**
   * Reads a 64-bit word with volatile order.
   *
   * @param offset byte offset
   * @return the word
   */
  long longVolatile(long offset);

  /**
   * Writes a 64-bit word with volatile order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void longVolatile(long offset, long value);

  /**
   * Replaces a 64-bit word if it holds an expected value, with volatile order.
   *
   * @param offset byte offset
   * @param expected the value that must stand there
   * @param value the value that takes its place
   * @return whether it was replaced; never false for another reason
   */
  @CheckReturnValue
  boolean longCas(long offset, long expected, long value);

  /**
   * Adds to a 64-bit word, with volatile order.
   *
   * @param offset byte offset
   * @param delta what to add
   * @return the word before
   */
  long longGetAndAdd(long offset, long delta);

  /**
   * Reads a 32-bit word with plain order.
   *
   * @param offset byte offset
   * @return the word
   */
  int intPlain(long offset);

  /**
   * Writes a 32-bit word with plain order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void intPlain(long offset, int value);

  /**
   * Reads a 32-bit word with opaque order.
   *
   * @param offset byte offset
   * @return the word
   */
  int intOpaque(long offset);

  /**
   * Writes a 32-bit word with opaque order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void intOpaque(long offset, int value);

  /**
   * Reads a 32-bit word with acquire order.
   *
   * @param offset byte offset
   * @return the word
   */
  int intAcquire(long offset);

  /**
   * Writes a 32-bit word with release order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void intRelease(long offset, int value);

  /**
   * Reads a 32-bit word with volatile order.
   *
   * @param offset byte offset
   * @return the word
   */
  int intVolatile(long offset);

  /**
   * Writes a 32-bit word with volatile order.
   *
   * @param offset byte offset
   * @param value the word
   */
  void intVolatile(long offset, int value);

  /**
   * Replaces a 32-bit word if it holds an expected value, with volatile order.
   *
   * @param offset byte offset
   * @param expected the value that must stand there
   * @param value the value that takes its place
   * @return whether it was replaced; never false for another reason
   */
  @CheckReturnValue
  boolean intCas(long offset, int expected, int value);

  /**
   * Adds to a 32-bit word, with volatile order.
   *
   * @param offset byte offset
   * @param delta what to add
   * @return the word before
   */
  int intGetAndAdd(long offset, int delta);

  /**
   * Copies bytes in, without any order.
   *
   * @param offset where to
   * @param source where from
   * @param sourceOffset first byte in the source
   * @param lengthBytes how many
   */
  void copyIn(long offset, MemorySegment source, long sourceOffset, long lengthBytes);

  /**
   * Copies bytes out, without any order.
   *
   * @param offset where from
   * @param target where to
   * @param targetOffset first byte in the target
   * @param lengthBytes how many
   */
  void copyOut(long offset, MemorySegment target, long targetOffset, long lengthBytes);
}
