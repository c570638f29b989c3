/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A list of pieces of native memory for {@link SocketCalls#readv} and {@link SocketCalls#writev}:
 * an array of {@code struct iovec} (readv(2)) that is filled, used, advanced and cleared again and
 * again without allocation.
 *
 * <pre>
 *   0        8        16
 *   +--------+--------+--
 *   |  base  | length | next piece ...
 *   +--------+--------+--
 * </pre>
 *
 * <p>It keeps addresses, not segments: the caller keeps the pieces alive until the call that uses
 * them has returned. Not thread-safe.
 */
public final class IoVector {
  /** The most pieces the kernel takes ({@code IOV_MAX}, limits.h). */
  public static final int CAPACITY_MAX = 1024;

  private static final int BASE = 0;
  private static final int LENGTH = 8;
  private static final int PIECE_BYTES = 16;

  private final MemorySegment pieces;
  private final int capacity;
  private int first;
  private int end;
  private long totalBytes;

  /**
   * Makes an empty list.
   *
   * @param capacity the most pieces, from 1 to {@link #CAPACITY_MAX}
   */
  public IoVector(int capacity) {
    if (capacity < 1 || capacity > CAPACITY_MAX) {
      throw new IllegalArgumentException(
          "capacity=" + capacity + " is not from 1 to " + CAPACITY_MAX);
    }
    this.capacity = capacity;
    this.pieces = Arena.ofAuto().allocate((long) capacity * PIECE_BYTES, JAVA_LONG.byteAlignment());
  }

  /**
   * Adds a piece behind the others; an empty one is left out.
   *
   * @param piece native memory that the caller keeps alive
   * @throws IllegalArgumentException if it lies on the heap
   * @throws IllegalStateException if the list is full or the piece's arena is closed
   */
  public void add(MemorySegment piece) {
    add(piece, 0, piece.byteSize());
  }

  /**
   * Adds a part of a piece behind the others, without making a slice of it; an empty one is left
   * out.
   *
   * @param piece native memory that the caller keeps alive
   * @param offset where in the piece
   * @param length how many bytes
   * @throws IllegalArgumentException if it lies on the heap
   * @throws IndexOutOfBoundsException if the piece does not have them
   * @throws IllegalStateException if the list is full or the piece's arena is closed
   */
  public void add(MemorySegment piece, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, piece.byteSize());
    long address = NativeMemory.address(piece, 0, "piece") + offset;
    if (length == 0) {
      return;
    }
    if (end == capacity) {
      throw new IllegalStateException("vector is full, capacity=" + capacity);
    }
    set(end, address, length);
    end++;
    totalBytes = Math.addExact(totalBytes, length);
  }

  /** Empties the list. */
  public void clear() {
    first = 0;
    end = 0;
    totalBytes = 0;
  }

  /**
   * Tells how many pieces are left.
   *
   * @return pieces, of which the first may be partly consumed
   */
  public int count() {
    return end - first;
  }

  /**
   * Tells how many pieces there is room for, besides those added since {@link #clear}.
   *
   * @return pieces that {@link #add} will still take
   */
  public int room() {
    return capacity - end;
  }

  /**
   * Tells how many bytes are left.
   *
   * @return bytes in all pieces
   */
  public long totalBytes() {
    return totalBytes;
  }

  /**
   * Advances after a partial transfer.
   *
   * @param bytes what was transferred, at most {@link #totalBytes}
   */
  public void consume(long bytes) {
    if (bytes < 0 || bytes > totalBytes) {
      throw new IllegalArgumentException("bytes=" + bytes + " of totalBytes=" + totalBytes);
    }
    totalBytes -= bytes;
    long left = bytes;
    while (left > 0) {
      long at = (long) first * PIECE_BYTES;
      long length = pieces.get(JAVA_LONG, at + LENGTH);
      if (left < length) {
        set(first, pieces.get(JAVA_LONG, at + BASE) + left, length - left);
        return;
      }
      left -= length;
      first++;
    }
  }

  /** Gives a copy of what is left, cut off after some bytes. */
  IoVector limited(long bytes) {
    var copy = new IoVector(capacity);
    long left = Math.min(bytes, totalBytes);
    for (int i = first; left > 0; i++) {
      long at = (long) i * PIECE_BYTES;
      long length = Math.min(left, pieces.get(JAVA_LONG, at + LENGTH));
      copy.set(copy.end++, pieces.get(JAVA_LONG, at + BASE), length);
      copy.totalBytes += length;
      left -= length;
    }
    return copy;
  }

  /** Where the first piece that is left stands. */
  long address() {
    return pieces.address() + (long) first * PIECE_BYTES;
  }

  private void set(int index, long address, long length) {
    long at = (long) index * PIECE_BYTES;
    pieces.set(JAVA_LONG, at + BASE, address);
    pieces.set(JAVA_LONG, at + LENGTH, length);
  }
}
