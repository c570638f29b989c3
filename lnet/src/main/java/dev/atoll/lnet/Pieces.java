/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.posix.IoVector;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The memory of a descriptor: a list of native segments that counts as one run of bytes.
 *
 * <p>Immutable; moving bytes through it allocates nothing. The segments' arenas must stay open
 * until the descriptor is unlinked and idle.
 */
public final class Pieces {
  /** The most pieces of one descriptor (LNet's {@code LNET_MAX_IOV}). */
  public static final int COUNT_MAX = 256;

  /** No memory at all: for messages without payload. */
  public static final Pieces NONE = new Pieces(List.of());

  private final MemorySegment[] pieces;

  /** Where each piece begins; one more entry tells where the last ends. */
  private final long[] starts;

  private Pieces(List<MemorySegment> segments) {
    pieces = segments.toArray(MemorySegment[]::new);
    starts = new long[pieces.length + 1];
    for (int i = 0; i < pieces.length; i++) {
      starts[i + 1] = Math.addExact(starts[i], pieces[i].byteSize());
    }
  }

  /**
   * Makes a list of one.
   *
   * @param segment native memory
   * @return the list
   */
  public static Pieces of(MemorySegment segment) {
    return of(List.of(segment));
  }

  /**
   * Makes a list.
   *
   * @param segments native memory, at most {@link #COUNT_MAX} pieces
   * @return the list
   * @throws IllegalArgumentException if one lies on the heap, or there are too many
   */
  public static Pieces of(List<MemorySegment> segments) {
    if (segments.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "pieces=" + segments.size() + " are more than " + COUNT_MAX);
    }
    for (MemorySegment segment : segments) {
      if (!segment.isNative()) {
        throw new IllegalArgumentException("segment=" + segment + " is not native memory");
      }
    }
    return new Pieces(segments);
  }

  /**
   * Tells how many bytes there are.
   *
   * @return bytes of all pieces
   */
  public long length() {
    return starts[pieces.length];
  }

  /**
   * Tells how many pieces there are.
   *
   * @return pieces
   */
  public int count() {
    return pieces.length;
  }

  /**
   * Copies into these.
   *
   * @param offset where here
   * @param source the bytes
   * @param at where in the source
   * @param length how many
   */
  public void copyFrom(long offset, MemorySegment source, long at, long length) {
    check(offset, length);
    long done = 0;
    for (int i = indexOf(offset); done < length; i++) {
      long inPiece = offset + done - starts[i];
      long step = Math.min(length - done, pieces[i].byteSize() - inPiece);
      MemorySegment.copy(source, at + done, pieces[i], inPiece, step);
      done += step;
    }
  }

  /**
   * Copies out of these.
   *
   * @param offset where here
   * @param target where to
   * @param at where in the target
   * @param length how many
   */
  public void copyTo(long offset, MemorySegment target, long at, long length) {
    check(offset, length);
    long done = 0;
    for (int i = indexOf(offset); done < length; i++) {
      long inPiece = offset + done - starts[i];
      long step = Math.min(length - done, pieces[i].byteSize() - inPiece);
      MemorySegment.copy(pieces[i], inPiece, target, at + done, step);
      done += step;
    }
  }

  /**
   * Adds a part of these to a vector, as far as that has room.
   *
   * @param vector for readv or writev
   * @param offset where here
   * @param length how many bytes at most
   * @return how many bytes were added
   */
  public long addTo(IoVector vector, long offset, long length) {
    check(offset, length);
    long done = 0;
    for (int i = indexOf(offset); done < length && vector.room() > 0; i++) {
      long inPiece = offset + done - starts[i];
      long step = Math.min(length - done, pieces[i].byteSize() - inPiece);
      vector.add(pieces[i], inPiece, step);
      done += step;
    }
    return done;
  }

  /** Copies a part of these to where a message goes. */
  void storeTo(IncomingMessage message, long offset, int length) {
    check(offset, length);
    int done = 0;
    for (int i = indexOf(offset); done < length; i++) {
      long inPiece = offset + done - starts[i];
      int step = (int) Math.min(length - done, pieces[i].byteSize() - inPiece);
      message.store(pieces[i], inPiece, step);
      done += step;
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || length > length() - offset) {
      throw new IndexOutOfBoundsException(
          "offset=" + offset + ", length=" + length + " of bytes=" + length());
    }
  }

  /** The piece that holds an offset; empty pieces are passed over. */
  private int indexOf(long offset) {
    int low = 0;
    int high = pieces.length;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
