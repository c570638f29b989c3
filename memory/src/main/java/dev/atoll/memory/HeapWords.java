/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Ranges;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Words of an array, for model checkers and simulators.
 *
 * <p>A model checker that instruments array accesses sees each word access here as one step, which
 * it does not for a memory segment. A 32-bit access is one access of the 64-bit word around it, and
 * a 32-bit write replaces that word by compare-and-set.
 *
 * <p>Thread safety: any thread may call any method.
 */
public final class HeapWords implements Words {
  private static final VarHandle ARRAY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final long INT_MASK = 0xFFFF_FFFFL;

  private final long[] words;

  /**
   * Makes words that are zero.
   *
   * @param sizeBytes how many bytes, a multiple of eight
   * @throws IllegalArgumentException if the size is not a multiple of eight, or too large
   */
  public HeapWords(long sizeBytes) {
    if (sizeBytes < 0
        || !Ranges.isAligned(sizeBytes, Long.BYTES)
        || sizeBytes >> 3 > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("sizeBytes=" + sizeBytes + " must be a multiple of 8");
    }
    this.words = new long[(int) (sizeBytes >> 3)];
  }

  @Override
  public long sizeBytes() {
    return (long) words.length << 3;
  }

  @Override
  public long longPlain(long offset) {
    return (long) ARRAY.get(words, index(offset));
  }

  @Override
  public void longPlain(long offset, long value) {
    ARRAY.set(words, index(offset), value);
  }

  @Override
  public long longOpaque(long offset) {
    return (long) ARRAY.getOpaque(words, index(offset));
  }

  @Override
  public void longOpaque(long offset, long value) {
    ARRAY.setOpaque(words, index(offset), value);
  }

  @Override
  public long longAcquire(long offset) {
    return (long) ARRAY.getAcquire(words, index(offset));
  }

  @Override
  public void longRelease(long offset, long value) {
    ARRAY.setRelease(words, index(offset), value);
  }

  @Override
  public long longVolatile(long offset) {
    return (long) ARRAY.getVolatile(words, index(offset));
  }

  @Override
  public void longVolatile(long offset, long value) {
    ARRAY.setVolatile(words, index(offset), value);
  }

  @Override
  public boolean longCas(long offset, long expected, long value) {
    return ARRAY.compareAndSet(words, index(offset), expected, value);
  }

  @Override
  public long longGetAndAdd(long offset, long delta) {
    return (long) ARRAY.getAndAdd(words, index(offset), delta);
  }

  @Override
  public int intPlain(long offset) {
    return half(longPlain(around(offset)), offset);
  }

  @Override
  public void intPlain(long offset, int value) {
    intReplace(offset, value);
  }

  @Override
  public int intOpaque(long offset) {
    return half(longOpaque(around(offset)), offset);
  }

  @Override
  public void intOpaque(long offset, int value) {
    intReplace(offset, value);
  }

  @Override
  public int intAcquire(long offset) {
    return half(longAcquire(around(offset)), offset);
  }

  @Override
  public void intRelease(long offset, int value) {
    intReplace(offset, value);
  }

  @Override
  public int intVolatile(long offset) {
    return half(longVolatile(around(offset)), offset);
  }

  @Override
  public void intVolatile(long offset, int value) {
    intReplace(offset, value);
  }

  @Override
  public boolean intCas(long offset, int expected, int value) {
    long before = longVolatile(around(offset));
    while (half(before, offset) == expected) {
      if (longCas(around(offset), before, with(before, offset, value))) {
        return true;
      }
      // Either half may have changed; only a change of ours ends the attempt.
      before = longVolatile(around(offset));
    }
    return false;
  }

  @Override
  public int intGetAndAdd(long offset, int delta) {
    long before;
    do {
      before = longVolatile(around(offset));
    } while (!longCas(around(offset), before, with(before, offset, half(before, offset) + delta)));
    return half(before, offset);
  }

  @Override
  public void copyIn(long offset, MemorySegment source, long sourceOffset, long lengthBytes) {
    Ranges.check(offset, lengthBytes, sizeBytes());
    for (long i = 0; i < lengthBytes; i++) {
      long at = offset + i;
      int shift = (int) (at & 7) << 3;
      long value = source.get(BYTE, sourceOffset + i) & 0xFFL;
      words[(int) (at >> 3)] = (words[(int) (at >> 3)] & ~(0xFFL << shift)) | (value << shift);
    }
  }

  @Override
  public void copyOut(long offset, MemorySegment target, long targetOffset, long lengthBytes) {
    Ranges.check(offset, lengthBytes, sizeBytes());
    for (long i = 0; i < lengthBytes; i++) {
      long at = offset + i;
      byte value = (byte) (words[(int) (at >> 3)] >>> ((int) (at & 7) << 3));
      target.set(BYTE, targetOffset + i, value);
    }
  }

  private void intReplace(long offset, int value) {
    long before;
    do {
      before = longVolatile(around(offset));
    } while (!longCas(around(offset), before, with(before, offset, value)));
  }

  private int index(long offset) {
    if (!Ranges.isAligned(offset, Long.BYTES)) {
      throw new IllegalArgumentException("offset=" + offset + " is not a multiple of 8");
    }
    Ranges.check(offset, Long.BYTES, sizeBytes());
    return (int) (offset >> 3);
  }

  private static long around(long offset) {
    if (!Ranges.isAligned(offset, Integer.BYTES)) {
      throw new IllegalArgumentException("offset=" + offset + " is not a multiple of 4");
    }
    return offset & ~7L;
  }

  private static int half(long word, long offset) {
    return (int) (word >>> shiftOf(offset));
  }

  private static long with(long word, long offset, int value) {
    int shift = shiftOf(offset);
    return (word & ~(INT_MASK << shift)) | ((value & INT_MASK) << shift);
  }

  private static int shiftOf(long offset) {
    return (offset & Integer.BYTES) == 0 ? 0 : Integer.SIZE;
  }
}
