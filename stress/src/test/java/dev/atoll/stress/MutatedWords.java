/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import dev.atoll.memory.Words;
import java.lang.foreign.MemorySegment;

/**
 * Words whose order or atomicity a mutation has taken away.
 *
 * <p>Neither x86-64 nor today's compilers reorder the accesses in question, so that a store that
 * has merely lost its release order would not be noticed. This does what a weaker machine may do:
 * plain stores are held back until the thread's next release store is done, and plain loads give
 * what stood there before the thread's last acquire load. Without a barrier release stores are held
 * back until the thread's next load, as every processor's store buffer does. Thread safety: as the
 * words, if one thread makes plain stores and one plain loads.
 */
final class MutatedWords implements Words {
  private static final int HELD_MOST = 8;

  private final Words words;
  private final long[] heldOffsets = new long[HELD_MOST];
  private final long[] heldValues = new long[HELD_MOST];
  private int held;
  private Thread holder;
  private long[] seenBefore;
  private Thread reader;

  MutatedWords(Words words) {
    this.words = words;
  }

  private void hold(long offset, long value) {
    holder = Thread.currentThread();
    heldOffsets[held] = offset;
    heldValues[held++] = value;
  }

  private void letGo() {
    if (Thread.currentThread().equals(holder)) {
      for (int i = 0; i < held; i++) {
        words.longOpaque(heldOffsets[i], heldValues[i]);
      }
      held = 0;
    }
  }

  private void lookBefore() {
    long[] copy = new long[(int) words.sizeBytes() / Long.BYTES];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = words.longOpaque((long) i * Long.BYTES);
    }
    seenBefore = copy;
    reader = Thread.currentThread();
  }

  @Override
  public long sizeBytes() {
    return words.sizeBytes();
  }

  @Override
  public long longPlain(long offset) {
    return Mutations.is(Mutations.PLAIN_ACQUIRE) && Thread.currentThread().equals(reader)
        ? seenBefore[(int) offset / Long.BYTES]
        : words.longPlain(offset);
  }

  @Override
  public void longPlain(long offset, long value) {
    if (Mutations.is(Mutations.PLAIN_RELEASE)) {
      hold(offset, value);
    } else {
      words.longPlain(offset, value);
    }
  }

  @Override
  public long longOpaque(long offset) {
    return words.longOpaque(offset);
  }

  @Override
  public void longOpaque(long offset, long value) {
    words.longOpaque(offset, value);
  }

  @Override
  public long longAcquire(long offset) {
    if (Mutations.is(Mutations.PLAIN_ACQUIRE)) {
      lookBefore();
    }
    return words.longAcquire(offset);
  }

  @Override
  public void longRelease(long offset, long value) {
    if (Mutations.is(Mutations.NO_BARRIER)) {
      hold(offset, value);
    } else {
      words.longRelease(offset, value);
      Mutations.dawdle();
      letGo();
    }
  }

  @Override
  public long longVolatile(long offset) {
    return words.longVolatile(offset);
  }

  @Override
  public void longVolatile(long offset, long value) {
    words.longVolatile(offset, value);
  }

  @Override
  public boolean longCas(long offset, long expected, long value) {
    if (!Mutations.is(Mutations.TORN_EXCHANGE)) {
      return words.longCas(offset, expected, value);
    }
    boolean isAsExpected = words.longVolatile(offset) == expected;
    if (isAsExpected) {
      words.longVolatile(offset, value);
    }
    return isAsExpected;
  }

  @Override
  public long longGetAndAdd(long offset, long delta) {
    return words.longGetAndAdd(offset, delta);
  }

  @Override
  public int intPlain(long offset) {
    return words.intPlain(offset);
  }

  @Override
  public void intPlain(long offset, int value) {
    words.intPlain(offset, value);
  }

  @Override
  public int intOpaque(long offset) {
    int value = words.intOpaque(offset);
    if (Mutations.is(Mutations.NO_BARRIER)) {
      Mutations.dawdle();
      letGo();
    }
    return value;
  }

  @Override
  public void intOpaque(long offset, int value) {
    words.intOpaque(offset, value);
  }

  @Override
  public int intAcquire(long offset) {
    return words.intAcquire(offset);
  }

  @Override
  public void intRelease(long offset, int value) {
    words.intRelease(offset, value);
  }

  @Override
  public int intVolatile(long offset) {
    return words.intVolatile(offset);
  }

  @Override
  public void intVolatile(long offset, int value) {
    words.intVolatile(offset, value);
  }

  @Override
  public boolean intCas(long offset, int expected, int value) {
    if (!Mutations.is(Mutations.TORN_EXCHANGE)) {
      return words.intCas(offset, expected, value);
    }
    boolean isAsExpected = words.intVolatile(offset) == expected;
    if (isAsExpected) {
      words.intVolatile(offset, value);
    }
    return isAsExpected;
  }

  @Override
  public int intGetAndAdd(long offset, int delta) {
    return words.intGetAndAdd(offset, delta);
  }

  @Override
  public void copyIn(long offset, MemorySegment source, long sourceOffset, long lengthBytes) {
    words.copyIn(offset, source, sourceOffset, lengthBytes);
  }

  @Override
  public void copyOut(long offset, MemorySegment target, long targetOffset, long lengthBytes) {
    words.copyOut(offset, target, targetOffset, lengthBytes);
  }
}
