/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of a segment that get and put reach, as one immutable value so that a transfer reads it
 * once.
 *
 * @param readable the mapped bytes for get; null if it may not read
 * @param writable the mapped bytes for put; null if it may not write
 * @param base offset of the first of them in the segment
 * @param length how many
 */
record Window(
    @Nullable MemorySegment readable, @Nullable MemorySegment writable, long base, long length) {

  static Window of(MemorySegment memory, long base, Permission rights) {
    return new Window(
        rights.isReading() ? memory : null,
        rights.isWriting() ? memory : null,
        base,
        memory.byteSize());
  }

  /** For who has seen that it may read. */
  MemorySegment source() {
    return Objects.requireNonNull(readable);
  }

  /** For who has seen that it may write. */
  MemorySegment target() {
    return Objects.requireNonNull(writable);
  }

  /** Whether its memory was unmapped meanwhile. */
  boolean isClosed() {
    MemorySegment memory = readable == null ? writable : readable;
    return memory != null && !memory.scope().isAlive();
  }

  RsmException outside(
      String operation, long offset, long count, @Nullable IndexOutOfBoundsException cause) {
    String reach = " reach=" + base + ".." + (base + length);
    return new RsmException(
        RsmError.BAD_OFFSET, operation, "offset=" + offset + " length=" + count + reach, cause);
  }

  boolean contains(long offset, long count) {
    return offset >= base && Ranges.contains(offset - base, count, length);
  }
}
