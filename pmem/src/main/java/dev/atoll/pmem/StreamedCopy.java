/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.NonTemporal;
import java.lang.foreign.MemorySegment;

/** Copies that pass the cache by, so that nothing is left to flush. */
final class StreamedCopy {
  private StreamedCopy() {}

  /** From this many bytes on such a copy can be had; libpmem's threshold, unless it was set. */
  static long floorBytes() {
    return NonTemporal.thresholdBytes();
  }

  /** No overlap: the stub copies forwards. */
  static boolean isPossible(MemorySegment source, long target) {
    return NonTemporal.isAvailable() && !isOverlapping(source, target);
  }

  /** Compares addresses, as {@link MemorySegment#asOverlappingSlice} does, without an object. */
  private static boolean isOverlapping(MemorySegment source, long target) {
    long distance = target - source.address();
    return source.isNative() && Math.abs(distance) < source.byteSize();
  }

  /**
   * Copies without a fence. The target is a raw address: should the mapping be closed meanwhile,
   * the stores end in the zero pages that have taken its place.
   */
  static void copy(MemorySegment source, long target) {
    NonTemporal.copyNoDrain(source, target);
  }
}
