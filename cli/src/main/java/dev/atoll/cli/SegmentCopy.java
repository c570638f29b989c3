/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;

/** Copies between a segment and something else, piece by piece, and can be interrupted between. */
final class SegmentCopy {
  private static final int PIECE_BYTES = 1 << 20;

  private final ImportSegment segment;
  private final Progress progress;

  SegmentCopy(ImportSegment segment, Progress progress) {
    this.segment = segment;
    this.progress = progress;
  }

  /** Takes a piece that was copied out. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes a piece.
     *
     * @param at its place in what is copied, from zero
     * @param bytes the piece, used again afterwards
     * @param used how many of the bytes count
     */
    void take(long at, byte[] bytes, int used) throws IOException;
  }

  void out(long offset, long count, Sink sink) throws IOException, InterruptedException {
    byte[] piece = new byte[(int) Math.min(count, PIECE_BYTES)];
    MemorySegment memory = MemorySegment.ofArray(piece);
    try (progress) {
      for (long done = 0; done < count; ) {
        int now = (int) Math.min(piece.length, count - done);
        segment.get(offset + done, memory, 0, now);
        sink.take(done, piece, now);
        done += now;
        progress.reached(done);
        stopIfInterrupted();
      }
    }
  }

  /** Copies at most so many bytes in, or fewer if the source ends; gives how many. */
  long in(long offset, InputStream source, long most) throws IOException, InterruptedException {
    byte[] piece = new byte[PIECE_BYTES];
    MemorySegment memory = MemorySegment.ofArray(piece);
    long done = 0;
    try (progress) {
      while (done < most) {
        int count = source.read(piece, 0, (int) Math.min(piece.length, most - done));
        if (count < 0) {
          return done;
        }
        SegmentCommand.requireInside(segment, offset + done, count);
        segment.put(offset + done, memory, 0, count);
        done += count;
        progress.reached(done);
        stopIfInterrupted();
      }
    }
    return done;
  }

  private static void stopIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("while copying");
    }
  }
}
