/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Transfers of single items, each by one access of its width: the typed get and put of RSMAPI with
 * a count of one.
 *
 * <p>Items are in the byte order of the exporter's processor, which on one host is the importer's
 * too. An access is never torn: who loads an item as one access sees the old or the new one. In
 * implicit mode a put that returns is in the exporter's memory, and whoever sees it also sees the
 * puts before it; in explicit mode {@link Span#order} has to stand between.
 *
 * <p>Where the device moves the bytes ({@link ImportSegment#isMediated}), neither width nor order
 * is promised.
 *
 * <p>Cost: some nanoseconds; nothing is allocated and no system call made once the segment is
 * mapped, which the first transfer does. Thread safety: all methods may be called by any thread.
 */
public abstract sealed class ItemTransfers permits ArrayTransfers {
  static final String PUT8 = "rsm_memseg_import_put8";
  static final String GET8 = "rsm_memseg_import_get8";
  static final String PUT16 = "rsm_memseg_import_put16";
  static final String GET16 = "rsm_memseg_import_get16";
  static final String PUT32 = "rsm_memseg_import_put32";
  static final String GET32 = "rsm_memseg_import_get32";
  static final String PUT64 = "rsm_memseg_import_put64";
  static final String GET64 = "rsm_memseg_import_get64";

  ItemTransfers() {}

  /**
   * What put reaches, mapped at need; null if the device moves the bytes, see {@link #putMediated}.
   */
  abstract @Nullable Window windowForPut(String operation);

  /**
   * What get reaches, mapped at need; null if the device moves the bytes, see {@link #getMediated}.
   */
  abstract @Nullable Window windowForGet(String operation);

  abstract void putMediated(String operation, long offset, MemorySegment source);

  abstract void getMediated(String operation, long offset, MemorySegment target);

  /** Throws if what was stored may have gone nowhere and nobody else will tell. */
  abstract void settlePut(String operation);

  /** Throws if what was loaded may not be the exporter's and nobody else will tell. */
  abstract void settleGet(String operation);

  /** Returns if the window was unmapped under a transfer, which then is to be made again. */
  abstract void checkStale(String operation, Window window, IllegalStateException cause);

  /**
   * Stores one byte: {@code rsm_memseg_import_put8}.
   *
   * @param offset byte offset from the start of the segment
   * @param value the item
   * @throws RsmException as {@link ImportSegment#put}
   */
  public final void putByte(long offset, byte value) {
    Window window = forPut(PUT8, offset, Byte.BYTES, Byte.BYTES);
    if (window == null) {
      putMediated(PUT8, offset, MemorySegment.ofArray(new byte[] {value}));
      return;
    }
    try {
      Items.BYTE.setRelease(window.target(), offset - window.base(), value);
    } catch (IllegalStateException e) {
      checkStale(PUT8, window, e);
      putByte(offset, value);
      return;
    }
    settlePut(PUT8);
  }

  /**
   * Loads one byte: {@code rsm_memseg_import_get8}.
   *
   * @param offset byte offset from the start of the segment
   * @return the item
   * @throws RsmException as {@link ImportSegment#get}
   */
  public final byte getByte(long offset) {
    Window window = forGet(GET8, offset, Byte.BYTES, Byte.BYTES);
    if (window == null) {
      byte[] item = new byte[1];
      getMediated(GET8, offset, MemorySegment.ofArray(item));
      return item[0];
    }
    byte value;
    try {
      value = (byte) Items.BYTE.getAcquire(window.source(), offset - window.base());
    } catch (IllegalStateException e) {
      checkStale(GET8, window, e);
      return getByte(offset);
    }
    settleGet(GET8);
    return value;
  }

  /**
   * Stores an item of 16 bits: {@code rsm_memseg_import_put16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @param value the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putShort(long offset, short value) {
    Window window = forPut(PUT16, offset, Short.BYTES, Short.BYTES);
    if (window == null) {
      putMediated(PUT16, offset, MemorySegment.ofArray(new short[] {value}));
      return;
    }
    try {
      Items.SHORT.setRelease(window.target(), offset - window.base(), value);
    } catch (IllegalStateException e) {
      checkStale(PUT16, window, e);
      putShort(offset, value);
      return;
    }
    settlePut(PUT16);
  }

  /**
   * Loads an item of 16 bits: {@code rsm_memseg_import_get16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @return the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final short getShort(long offset) {
    Window window = forGet(GET16, offset, Short.BYTES, Short.BYTES);
    if (window == null) {
      short[] item = new short[1];
      getMediated(GET16, offset, MemorySegment.ofArray(item));
      return item[0];
    }
    short value;
    try {
      value = (short) Items.SHORT.getAcquire(window.source(), offset - window.base());
    } catch (IllegalStateException e) {
      checkStale(GET16, window, e);
      return getShort(offset);
    }
    settleGet(GET16);
    return value;
  }

  /**
   * Stores an item of 32 bits: {@code rsm_memseg_import_put32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @param value the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putInt(long offset, int value) {
    Window window = forPut(PUT32, offset, Integer.BYTES, Integer.BYTES);
    if (window == null) {
      putMediated(PUT32, offset, MemorySegment.ofArray(new int[] {value}));
      return;
    }
    try {
      Items.INT.setRelease(window.target(), offset - window.base(), value);
    } catch (IllegalStateException e) {
      checkStale(PUT32, window, e);
      putInt(offset, value);
      return;
    }
    settlePut(PUT32);
  }

  /**
   * Loads an item of 32 bits: {@code rsm_memseg_import_get32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @return the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final int getInt(long offset) {
    Window window = forGet(GET32, offset, Integer.BYTES, Integer.BYTES);
    if (window == null) {
      int[] item = new int[1];
      getMediated(GET32, offset, MemorySegment.ofArray(item));
      return item[0];
    }
    int value;
    try {
      value = (int) Items.INT.getAcquire(window.source(), offset - window.base());
    } catch (IllegalStateException e) {
      checkStale(GET32, window, e);
      return getInt(offset);
    }
    settleGet(GET32);
    return value;
  }

  /**
   * Stores an item of 64 bits: {@code rsm_memseg_import_put64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @param value the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putLong(long offset, long value) {
    Window window = forPut(PUT64, offset, Long.BYTES, Long.BYTES);
    if (window == null) {
      putMediated(PUT64, offset, MemorySegment.ofArray(new long[] {value}));
      return;
    }
    try {
      Items.LONG.setRelease(window.target(), offset - window.base(), value);
    } catch (IllegalStateException e) {
      checkStale(PUT64, window, e);
      putLong(offset, value);
      return;
    }
    settlePut(PUT64);
  }

  /**
   * Loads an item of 64 bits: {@code rsm_memseg_import_get64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @return the item
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final long getLong(long offset) {
    Window window = forGet(GET64, offset, Long.BYTES, Long.BYTES);
    if (window == null) {
      long[] item = new long[1];
      getMediated(GET64, offset, MemorySegment.ofArray(item));
      return item[0];
    }
    long value;
    try {
      value = (long) Items.LONG.getAcquire(window.source(), offset - window.base());
    } catch (IllegalStateException e) {
      checkStale(GET64, window, e);
      return getLong(offset);
    }
    settleGet(GET64);
    return value;
  }

  /** Checks in the order of the reference: alignment, rights, range; null as above. */
  final @Nullable Window forPut(String operation, long offset, long length, int unit) {
    checkAligned(operation, offset, unit);
    Window window = windowForPut(operation);
    if (window != null) {
      checkRange(operation, window, offset, length);
    }
    return window;
  }

  final @Nullable Window forGet(String operation, long offset, long length, int unit) {
    checkAligned(operation, offset, unit);
    Window window = windowForGet(operation);
    if (window != null) {
      checkRange(operation, window, offset, length);
    }
    return window;
  }

  private static void checkAligned(String operation, long offset, int unit) {
    if (!Ranges.isAligned(offset, unit)) {
      throw new RsmException(
          RsmError.BAD_MEM_ALIGNMENT, operation, "offset=" + offset + " unit=" + unit, null);
    }
  }

  private static void checkRange(String operation, Window window, long offset, long length) {
    if (!window.contains(offset, length)) {
      throw window.outside(operation, offset, length, null);
    }
  }
}
