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
  static boolean isPossible(MemorySegment source, MemorySegment target) {
    return NonTemporal.isAvailable() && source.asOverlappingSlice(target).isEmpty();
  }

  /**
   * Copies without a fence. The target is a raw address: should the mapping be closed meanwhile,
   * the stores end in the zero pages that have taken its place.
   */
  static void copy(MemorySegment source, MemorySegment target) {
    NonTemporal.copyNoDrain(source, target.address());
  }
}
