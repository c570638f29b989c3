/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.posix.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Messages that go out by one writev: their headers and short payloads side by side in a staging
 * area, their long payloads where they lie.
 *
 * <pre>
 *  staging   | head 1 | short payload 1 | head 2 |        | head 3 | ...
 *  vector     `----------- one piece ----------'     ^    `--------'
 *                                      long payload 2 in its own memory
 * </pre>
 *
 * <p>A batch is filled, written (perhaps in several steps), and then filled anew. Belongs to the
 * loop.
 */
final class Batch {
  /** Frame and header of the largest form. */
  static final int HEAD_BYTES_MAX = FrameCodec.FRAME_BYTES + FrameCodec.LARGE_HEADER_BYTES;

  /**
   * Payloads up to this length are copied next to their header: cheaper than a piece of their own.
   */
  static final int SHORT_PAYLOAD_BYTES = 1024;

  private static final int MESSAGES_MAX = 512;
  private static final int STAGING_BYTES = 64 << 10;

  /** Enough for one writev; what is beyond would wait in the batch instead of the queue. */
  private static final long BYTES_MAX = 4L << 20;

  private final MemorySegment staging = Arena.ofAuto().allocate(STAGING_BYTES, 64);
  private final IoVector vector = new IoVector(IoVector.CAPACITY_MAX);
  private final @Nullable OutgoingMessage[] messages = new OutgoingMessage[MESSAGES_MAX];
  private final long[] ends = new long[MESSAGES_MAX];
  private int count;
  private int done;
  private long totalBytes;
  private long writtenBytes;
  private int staged;
  private int pieceStart;

  /** Empties the batch. */
  void clear() {
    vector.clear();
    count = 0;
    done = 0;
    totalBytes = 0;
    writtenBytes = 0;
    staged = 0;
    pieceStart = 0;
  }

  /** Tells whether there is room for a frame without payload. */
  boolean hasRoom() {
    return count < MESSAGES_MAX
        && staged + HEAD_BYTES_MAX <= STAGING_BYTES
        && vector.room() > 0
        && totalBytes < BYTES_MAX;
  }

  /** Tells whether there is room for a message. */
  boolean hasRoomFor(OutgoingMessage message) {
    int length = message.payloadLength();
    if (!hasRoom()) {
      return false;
    }
    return length <= SHORT_PAYLOAD_BYTES
        ? staged + HEAD_BYTES_MAX + length <= STAGING_BYTES
        : vector.room() >= message.pieces().count() + 2;
  }

  /** Adds a message; there is room for it. */
  void add(OutgoingMessage message, FrameCodec codec) {
    int length = message.payloadLength();
    int at = staged;
    int head = codec.writeMessage(message, staging, at);
    staged += head;
    if (length > 0 && length <= SHORT_PAYLOAD_BYTES) {
      message.pieces().copyTo(message.payloadOffset(), staging, staged, length);
      staged += length;
    } else if (length > 0) {
      closePiece();
      long added = message.pieces().addTo(vector, message.payloadOffset(), length);
      if (added != length) {
        throw new AssertionError("added=" + added + " of length=" + length);
      }
    }
    note(message, head + length);
  }

  /** Adds a frame that carries nothing but cookies; there is room for it. */
  void addNoop(long firstCookie, long secondCookie, FrameCodec codec) {
    int head = codec.writeNoop(firstCookie, secondCookie, staging, staged);
    staged += head;
    note(null, head);
  }

  /** Makes the vector ready to be written. */
  void seal() {
    closePiece();
  }

  /** What is left to write. */
  IoVector vector() {
    return vector;
  }

  /** Counts bytes that were written. */
  void written(long bytes) {
    vector.consume(bytes);
    writtenBytes += bytes;
  }

  /** Tells whether nothing is left to write. */
  boolean isWritten() {
    return vector.totalBytes() == 0;
  }

  /** Tells whether the next frame that is not complete has been begun. */
  boolean isTorn() {
    long begin = done == 0 ? 0 : ends[done - 1];
    return done < count && writtenBytes > begin;
  }

  /** Tells whether {@link #next} gives something. */
  boolean hasNext(boolean isWrittenOnly) {
    return done < count && (!isWrittenOnly || ends[done] <= writtenBytes);
  }

  /** Takes out the next frame; null if it was no message. */
  @Nullable OutgoingMessage next() {
    OutgoingMessage message = messages[done];
    messages[done] = null;
    done++;
    return message;
  }

  private void note(@Nullable OutgoingMessage message, long bytes) {
    messages[count] = message;
    totalBytes += bytes;
    ends[count] = totalBytes;
    count++;
  }

  private void closePiece() {
    if (staged > pieceStart) {
      vector.add(staging, pieceStart, staged - pieceStart);
      pieceStart = staged;
    }
  }
}
