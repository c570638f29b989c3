/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static dev.atoll.link.BlockLayout.U32;
import static dev.atoll.link.BlockLayout.U64;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes one block into native memory; not thread-safe. */
final class BlockWriter {
  private final MemorySegment buffer;
  private long position;

  BlockWriter(MemorySegment buffer, int kind, long correlation) {
    this.buffer = buffer;
    buffer.set(U32, BlockLayout.KIND, kind);
    buffer.set(U64, BlockLayout.CORRELATION, correlation);
    this.position = BlockLayout.BODY;
  }

  BlockWriter word(long value) {
    buffer.set(U64, position, value);
    position += Long.BYTES;
    return this;
  }

  BlockWriter pair(int low, int high) {
    buffer.set(U32, position, low);
    buffer.set(U32, position + Integer.BYTES, high);
    position += Long.BYTES;
    return this;
  }

  /** A length word, then the bytes, cut to the bound and padded with zeros to a whole word. */
  BlockWriter text(String text, int bytesMax) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] kept = Arrays.copyOf(bytes, Math.min(bytes.length, bytesMax));
    word(kept.length);
    long padded = (kept.length + 7L) & -8L;
    buffer.asSlice(position, padded).fill((byte) 0);
    MemorySegment.copy(MemorySegment.ofArray(kept), 0, buffer, position, kept.length);
    position += padded;
    return this;
  }

  /** Ends the block and gives its bytes. */
  MemorySegment finish() {
    buffer.set(U32, BlockLayout.LENGTH, (int) position);
    return buffer.asSlice(0, position);
  }
}
