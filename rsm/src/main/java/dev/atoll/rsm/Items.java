/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Moves items one by one in ascending order, each by one access of its width to the segment.
 *
 * <p>Stores release and loads acquire, so that the order holds for the compiler and for processors
 * that would turn stores round; on x86-64 that costs no instruction. Such accesses can not be torn,
 * merged or left out, as plain ones and block copies can. Layouts are aligned and in native order.
 */
final class Items {
  static final VarHandle BYTE = JAVA_BYTE.varHandle();
  static final VarHandle SHORT = JAVA_SHORT.varHandle();
  static final VarHandle INT = JAVA_INT.varHandle();
  static final VarHandle LONG = JAVA_LONG.varHandle();

  private Items() {}

  static void put(MemorySegment segment, long at, byte[] source, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      BYTE.setRelease(segment, place, source[i]);
      place += Byte.BYTES;
    }
  }

  static void get(MemorySegment segment, long at, byte[] target, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      target[i] = (byte) BYTE.getAcquire(segment, place);
      place += Byte.BYTES;
    }
  }

  static void putBytes(
      MemorySegment segment, long at, MemorySegment source, long from, long length) {
    for (long i = 0; i < length; i += Byte.BYTES) {
      BYTE.setRelease(segment, at + i, (byte) BYTE.get(source, from + i));
    }
  }

  static void getBytes(
      MemorySegment segment, long at, MemorySegment target, long from, long length) {
    for (long i = 0; i < length; i += Byte.BYTES) {
      BYTE.set(target, from + i, (byte) BYTE.getAcquire(segment, at + i));
    }
  }

  static void put(MemorySegment segment, long at, short[] source, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      SHORT.setRelease(segment, place, source[i]);
      place += Short.BYTES;
    }
  }

  static void get(MemorySegment segment, long at, short[] target, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      target[i] = (short) SHORT.getAcquire(segment, place);
      place += Short.BYTES;
    }
  }

  static void putShorts(
      MemorySegment segment, long at, MemorySegment source, long from, long length) {
    for (long i = 0; i < length; i += Short.BYTES) {
      SHORT.setRelease(segment, at + i, (short) SHORT.get(source, from + i));
    }
  }

  static void getShorts(
      MemorySegment segment, long at, MemorySegment target, long from, long length) {
    for (long i = 0; i < length; i += Short.BYTES) {
      SHORT.set(target, from + i, (short) SHORT.getAcquire(segment, at + i));
    }
  }

  static void put(MemorySegment segment, long at, int[] source, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      INT.setRelease(segment, place, source[i]);
      place += Integer.BYTES;
    }
  }

  static void get(MemorySegment segment, long at, int[] target, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      target[i] = (int) INT.getAcquire(segment, place);
      place += Integer.BYTES;
    }
  }

  static void putInts(
      MemorySegment segment, long at, MemorySegment source, long from, long length) {
    for (long i = 0; i < length; i += Integer.BYTES) {
      INT.setRelease(segment, at + i, (int) INT.get(source, from + i));
    }
  }

  static void getInts(
      MemorySegment segment, long at, MemorySegment target, long from, long length) {
    for (long i = 0; i < length; i += Integer.BYTES) {
      INT.set(target, from + i, (int) INT.getAcquire(segment, at + i));
    }
  }

  static void put(MemorySegment segment, long at, long[] source, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      LONG.setRelease(segment, place, source[i]);
      place += Long.BYTES;
    }
  }

  static void get(MemorySegment segment, long at, long[] target, int from, int count) {
    long place = at;
    for (int i = from; i < from + count; i++) {
      target[i] = (long) LONG.getAcquire(segment, place);
      place += Long.BYTES;
    }
  }

  static void putLongs(
      MemorySegment segment, long at, MemorySegment source, long from, long length) {
    for (long i = 0; i < length; i += Long.BYTES) {
      LONG.setRelease(segment, at + i, (long) LONG.get(source, from + i));
    }
  }

  static void getLongs(
      MemorySegment segment, long at, MemorySegment target, long from, long length) {
    for (long i = 0; i < length; i += Long.BYTES) {
      LONG.set(target, from + i, (long) LONG.getAcquire(segment, at + i));
    }
  }
}
