/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Words of a memory segment.
 *
 * <p>Thread safety: that of the segment.
 */
public final class SegmentWords implements Words {
  private static final VarHandle LONGS =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INTS =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment segment;

  /**
   * Looks at a segment.
   *
   * @param segment the memory, aligned to 8 bytes; it stays the caller's
   * @throws IllegalArgumentException if the segment is not aligned
   */
  public SegmentWords(MemorySegment segment) {
    if (segment.maxByteAlignment() < Long.BYTES) {
      throw new IllegalArgumentException("segment=" + segment + " is not aligned to 8 bytes");
    }
    this.segment = segment;
  }

  @Override
  public long sizeBytes() {
    return segment.byteSize();
  }

  @Override
  public long longPlain(long offset) {
    return (long) LONGS.get(segment, offset);
  }

  @Override
  public void longPlain(long offset, long value) {
    LONGS.set(segment, offset, value);
  }

  @Override
  public long longOpaque(long offset) {
    return (long) LONGS.getOpaque(segment, offset);
  }

  @Override
  public void longOpaque(long offset, long value) {
    LONGS.setOpaque(segment, offset, value);
  }

  @Override
  public long longAcquire(long offset) {
    return (long) LONGS.getAcquire(segment, offset);
  }

  @Override
  public void longRelease(long offset, long value) {
    LONGS.setRelease(segment, offset, value);
  }

  @Override
  public long longVolatile(long offset) {
    return (long) LONGS.getVolatile(segment, offset);
  }

  @Override
  public void longVolatile(long offset, long value) {
    LONGS.setVolatile(segment, offset, value);
  }

  @Override
  public boolean longCas(long offset, long expected, long value) {
    return LONGS.compareAndSet(segment, offset, expected, value);
  }

  @Override
  public long longGetAndAdd(long offset, long delta) {
    return (long) LONGS.getAndAdd(segment, offset, delta);
  }

  @Override
  public int intPlain(long offset) {
    return (int) INTS.get(segment, offset);
  }

  @Override
  public void intPlain(long offset, int value) {
    INTS.set(segment, offset, value);
  }

  @Override
  public int intOpaque(long offset) {
    return (int) INTS.getOpaque(segment, offset);
  }

  @Override
  public void intOpaque(long offset, int value) {
    INTS.setOpaque(segment, offset, value);
  }

  @Override
  public int intAcquire(long offset) {
    return (int) INTS.getAcquire(segment, offset);
  }

  @Override
  public void intRelease(long offset, int value) {
    INTS.setRelease(segment, offset, value);
  }

  @Override
  public int intVolatile(long offset) {
    return (int) INTS.getVolatile(segment, offset);
  }

  @Override
  public void intVolatile(long offset, int value) {
    INTS.setVolatile(segment, offset, value);
  }

  @Override
  public boolean intCas(long offset, int expected, int value) {
    return INTS.compareAndSet(segment, offset, expected, value);
  }

  @Override
  public int intGetAndAdd(long offset, int delta) {
    return (int) INTS.getAndAdd(segment, offset, delta);
  }

  @Override
  public void copyIn(long offset, MemorySegment source, long sourceOffset, long lengthBytes) {
    MemorySegment.copy(source, sourceOffset, segment, offset, lengthBytes);
  }

  @Override
  public void copyOut(long offset, MemorySegment target, long targetOffset, long lengthBytes) {
    MemorySegment.copy(segment, offset, target, targetOffset, lengthBytes);
  }
}
