/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Transfers of many items: the typed get and put of RSMAPI.
 *
 * <p>Items move one by one in ascending order, each by one access of its width, as {@link
 * ItemTransfers} says of a single one. A count of zero is legal and moves nothing. After an error
 * some of the items may have been moved. Where neither width nor order matters, {@link
 * ImportSegment#put(long, MemorySegment)} is faster.
 */
public abstract sealed class ArrayTransfers extends ItemTransfers permits ImportSegment {
  ArrayTransfers() {}

  /**
   * Stores all items of an array: {@code rsm_memseg_import_put8}.
   *
   * @param offset byte offset from the start of the segment
   * @param source the items
   * @throws RsmException as {@link ImportSegment#put}
   */
  public final void putBytes(long offset, byte[] source) {
    putBytes(offset, source, 0, source.length);
  }

  /**
   * Stores items of an array: {@code rsm_memseg_import_put8}.
   *
   * @param offset byte offset from the start of the segment
   * @param source the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException as {@link ImportSegment#put}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void putBytes(long offset, byte[] source, int from, int count) {
    Objects.checkFromIndexSize(from, count, source.length);
    Window window = forPut(PUT8, offset, (long) count * Byte.BYTES, Byte.BYTES);
    if (window == null) {
      putMediated(PUT8, offset, part(MemorySegment.ofArray(source), from, count, Byte.BYTES));
      return;
    }
    try {
      Items.put(window.target(), offset - window.base(), source, from, count);
    } catch (IllegalStateException e) {
      checkStale(PUT8, window, e);
      putBytes(offset, source, from, count);
      return;
    }
    settlePut(PUT8);
  }

  /**
   * Loads items into the whole of an array: {@code rsm_memseg_import_get8}.
   *
   * @param offset byte offset from the start of the segment
   * @param target receives the items
   * @throws RsmException as {@link ImportSegment#get}
   */
  public final void getBytes(long offset, byte[] target) {
    getBytes(offset, target, 0, target.length);
  }

  /**
   * Loads items into an array: {@code rsm_memseg_import_get8}.
   *
   * @param offset byte offset from the start of the segment
   * @param target receives the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException as {@link ImportSegment#get}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void getBytes(long offset, byte[] target, int from, int count) {
    Objects.checkFromIndexSize(from, count, target.length);
    Window window = forGet(GET8, offset, (long) count * Byte.BYTES, Byte.BYTES);
    if (window == null) {
      getMediated(GET8, offset, part(MemorySegment.ofArray(target), from, count, Byte.BYTES));
      return;
    }
    try {
      Items.get(window.source(), offset - window.base(), target, from, count);
    } catch (IllegalStateException e) {
      checkStale(GET8, window, e);
      getBytes(offset, target, from, count);
      return;
    }
    settleGet(GET8);
  }

  /**
   * Stores all items of an array: {@code rsm_memseg_import_put16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @param source the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putShorts(long offset, short[] source) {
    putShorts(offset, source, 0, source.length);
  }

  /**
   * Stores items of an array: {@code rsm_memseg_import_put16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @param source the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void putShorts(long offset, short[] source, int from, int count) {
    Objects.checkFromIndexSize(from, count, source.length);
    Window window = forPut(PUT16, offset, (long) count * Short.BYTES, Short.BYTES);
    if (window == null) {
      putMediated(PUT16, offset, part(MemorySegment.ofArray(source), from, count, Short.BYTES));
      return;
    }
    try {
      Items.put(window.target(), offset - window.base(), source, from, count);
    } catch (IllegalStateException e) {
      checkStale(PUT16, window, e);
      putShorts(offset, source, from, count);
      return;
    }
    settlePut(PUT16);
  }

  /**
   * Loads items into the whole of an array: {@code rsm_memseg_import_get16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @param target receives the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final void getShorts(long offset, short[] target) {
    getShorts(offset, target, 0, target.length);
  }

  /**
   * Loads items into an array: {@code rsm_memseg_import_get16}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 2
   * @param target receives the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void getShorts(long offset, short[] target, int from, int count) {
    Objects.checkFromIndexSize(from, count, target.length);
    Window window = forGet(GET16, offset, (long) count * Short.BYTES, Short.BYTES);
    if (window == null) {
      getMediated(GET16, offset, part(MemorySegment.ofArray(target), from, count, Short.BYTES));
      return;
    }
    try {
      Items.get(window.source(), offset - window.base(), target, from, count);
    } catch (IllegalStateException e) {
      checkStale(GET16, window, e);
      getShorts(offset, target, from, count);
      return;
    }
    settleGet(GET16);
  }

  /**
   * Stores all items of an array: {@code rsm_memseg_import_put32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @param source the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putInts(long offset, int[] source) {
    putInts(offset, source, 0, source.length);
  }

  /**
   * Stores items of an array: {@code rsm_memseg_import_put32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @param source the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void putInts(long offset, int[] source, int from, int count) {
    Objects.checkFromIndexSize(from, count, source.length);
    Window window = forPut(PUT32, offset, (long) count * Integer.BYTES, Integer.BYTES);
    if (window == null) {
      putMediated(PUT32, offset, part(MemorySegment.ofArray(source), from, count, Integer.BYTES));
      return;
    }
    try {
      Items.put(window.target(), offset - window.base(), source, from, count);
    } catch (IllegalStateException e) {
      checkStale(PUT32, window, e);
      putInts(offset, source, from, count);
      return;
    }
    settlePut(PUT32);
  }

  /**
   * Loads items into the whole of an array: {@code rsm_memseg_import_get32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @param target receives the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final void getInts(long offset, int[] target) {
    getInts(offset, target, 0, target.length);
  }

  /**
   * Loads items into an array: {@code rsm_memseg_import_get32}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 4
   * @param target receives the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void getInts(long offset, int[] target, int from, int count) {
    Objects.checkFromIndexSize(from, count, target.length);
    Window window = forGet(GET32, offset, (long) count * Integer.BYTES, Integer.BYTES);
    if (window == null) {
      getMediated(GET32, offset, part(MemorySegment.ofArray(target), from, count, Integer.BYTES));
      return;
    }
    try {
      Items.get(window.source(), offset - window.base(), target, from, count);
    } catch (IllegalStateException e) {
      checkStale(GET32, window, e);
      getInts(offset, target, from, count);
      return;
    }
    settleGet(GET32);
  }

  /**
   * Stores all items of an array: {@code rsm_memseg_import_put64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @param source the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   */
  public final void putLongs(long offset, long[] source) {
    putLongs(offset, source, 0, source.length);
  }

  /**
   * Stores items of an array: {@code rsm_memseg_import_put64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @param source the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#put}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void putLongs(long offset, long[] source, int from, int count) {
    Objects.checkFromIndexSize(from, count, source.length);
    Window window = forPut(PUT64, offset, (long) count * Long.BYTES, Long.BYTES);
    if (window == null) {
      putMediated(PUT64, offset, part(MemorySegment.ofArray(source), from, count, Long.BYTES));
      return;
    }
    try {
      Items.put(window.target(), offset - window.base(), source, from, count);
    } catch (IllegalStateException e) {
      checkStale(PUT64, window, e);
      putLongs(offset, source, from, count);
      return;
    }
    settlePut(PUT64);
  }

  /**
   * Loads items into the whole of an array: {@code rsm_memseg_import_get64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @param target receives the items
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   */
  public final void getLongs(long offset, long[] target) {
    getLongs(offset, target, 0, target.length);
  }

  /**
   * Loads items into an array: {@code rsm_memseg_import_get64}.
   *
   * @param offset byte offset from the start of the segment, a multiple of 8
   * @param target receives the items
   * @param from index of the first one
   * @param count how many
   * @throws RsmException BAD_MEM_ALIGNMENT for a misaligned offset, otherwise as {@link
   *     ImportSegment#get}
   * @throws IndexOutOfBoundsException if the range lies outside the array
   */
  public final void getLongs(long offset, long[] target, int from, int count) {
    Objects.checkFromIndexSize(from, count, target.length);
    Window window = forGet(GET64, offset, (long) count * Long.BYTES, Long.BYTES);
    if (window == null) {
      getMediated(GET64, offset, part(MemorySegment.ofArray(target), from, count, Long.BYTES));
      return;
    }
    try {
      Items.get(window.source(), offset - window.base(), target, from, count);
    } catch (IllegalStateException e) {
      checkStale(GET64, window, e);
      getLongs(offset, target, from, count);
      return;
    }
    settleGet(GET64);
  }

  /**
   * Stores items that lie in some memory: {@code rsm_memseg_import_put8} to {@code put64}.
   *
   * @param width of the items
   * @param offset byte offset from the start of the segment, a multiple of the width
   * @param source where they lie: native memory, or an array of items not narrower than these
   * @param sourceOffset byte offset of the first one in it
   * @param count how many items
   * @throws RsmException BAD_MEM_ALIGNMENT if the offset or the items in memory are misaligned,
   *     otherwise as {@link ImportSegment#put}
   * @throws IndexOutOfBoundsException if the range lies outside the memory
   */
  public final void putItems(
      ItemWidth width, long offset, MemorySegment source, long sourceOffset, long count) {
    long length = checkLocal(width, source, sourceOffset, count);
    checkLocalAlignment(width.putName(), width, source, sourceOffset);
    Window window = forPut(width.putName(), offset, length, width.bytes());
    if (window == null) {
      putMediated(width.putName(), offset, source.asSlice(sourceOffset, length));
      return;
    }
    MemorySegment memory = window.target();
    long at = offset - window.base();
    try {
      switch (width) {
        case BITS_8 -> Items.putBytes(memory, at, source, sourceOffset, length);
        case BITS_16 -> Items.putShorts(memory, at, source, sourceOffset, length);
        case BITS_32 -> Items.putInts(memory, at, source, sourceOffset, length);
        case BITS_64 -> Items.putLongs(memory, at, source, sourceOffset, length);
      }
    } catch (IllegalStateException e) {
      checkStale(width.putName(), window, e);
      putItems(width, offset, source, sourceOffset, count);
      return;
    }
    settlePut(width.putName());
  }

  /**
   * Loads items into some memory: {@code rsm_memseg_import_get8} to {@code get64}.
   *
   * @param width of the items
   * @param offset byte offset from the start of the segment, a multiple of the width
   * @param target where they go: native memory, or an array of items not narrower than these
   * @param targetOffset byte offset of the first one in it
   * @param count how many items
   * @throws RsmException BAD_MEM_ALIGNMENT if the offset or the items in memory are misaligned,
   *     otherwise as {@link ImportSegment#get}
   * @throws IndexOutOfBoundsException if the range lies outside the memory
   */
  public final void getItems(
      ItemWidth width, long offset, MemorySegment target, long targetOffset, long count) {
    long length = checkLocal(width, target, targetOffset, count);
    checkLocalAlignment(width.getName(), width, target, targetOffset);
    Window window = forGet(width.getName(), offset, length, width.bytes());
    if (window == null) {
      getMediated(width.getName(), offset, target.asSlice(targetOffset, length));
      return;
    }
    MemorySegment memory = window.source();
    long at = offset - window.base();
    try {
      switch (width) {
        case BITS_8 -> Items.getBytes(memory, at, target, targetOffset, length);
        case BITS_16 -> Items.getShorts(memory, at, target, targetOffset, length);
        case BITS_32 -> Items.getInts(memory, at, target, targetOffset, length);
        case BITS_64 -> Items.getLongs(memory, at, target, targetOffset, length);
      }
    } catch (IllegalStateException e) {
      checkStale(width.getName(), window, e);
      getItems(width, offset, target, targetOffset, count);
      return;
    }
    settleGet(width.getName());
  }

  private static MemorySegment part(MemorySegment array, int from, int count, int unit) {
    return array.asSlice((long) from * unit, (long) count * unit);
  }

  /** The length in bytes of a range that lies in the memory. */
  private static long checkLocal(ItemWidth width, MemorySegment memory, long offset, long count) {
    if (count < 0 || count > memory.byteSize() / width.bytes()) {
      throw new IndexOutOfBoundsException(
          "count=" + count + " of " + width + " does not fit size=" + memory.byteSize());
    }
    long length = count * width.bytes();
    Ranges.check(offset, length, memory.byteSize());
    return length;
  }

  private static void checkLocalAlignment(
      String operation, ItemWidth width, MemorySegment memory, long offset) {
    boolean isAligned =
        memory.isNative()
            ? Ranges.isAligned(memory.address() + offset, width.bytes())
            : memory.asSlice(offset).maxByteAlignment() >= width.bytes();
    if (!isAligned) {
      throw new RsmException(
          RsmError.BAD_MEM_ALIGNMENT,
          operation,
          "local offset=" + offset + " of " + memory + " unit=" + width.bytes(),
          null);
    }
  }
}
