/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Turns raw addresses that {@link MemoryCalls#mmap} gave into segments.
 *
 * <p>The segments do not own the memory: whoever mapped it unmaps it, after nobody can reach it any
 * more.
 */
// Only here does Atoll make a segment out of a number (JEP 454 restricts reinterpret).
@SuppressWarnings("restricted")
public final class NativeMemory {
  private NativeMemory() {}

  /**
   * Views mapped memory as a segment that can't be used any more once an arena is closed.
   *
   * @param address first byte
   * @param length bytes, not negative
   * @param arena what bounds the segment's life; closing it does not unmap
   * @return the view
   */
  public static MemorySegment view(long address, long length, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(length, arena, null);
  }

  /**
   * Views mapped memory as a segment without an end of life. Using it after the memory is unmapped
   * kills the process.
   *
   * @param address first byte
   * @param length bytes, not negative
   * @return the view, usable by all threads
   */
  public static MemorySegment view(long address, long length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Gives the address of live native memory, and says what is wrong with any other. */
  static long address(MemorySegment segment, long lengthBytes, String what) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(what + " is on the heap; native memory is needed");
    }
    if (segment.byteSize() < lengthBytes) {
      throw new IllegalArgumentException(
          what + " has size=" + segment.byteSize() + ", needed=" + lengthBytes);
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(what + " lies in an arena that is closed");
    }
    return segment.address();
  }
}
