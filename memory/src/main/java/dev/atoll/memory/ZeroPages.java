/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.posix.MemoryCalls.MAP_ANONYMOUS;
import static dev.atoll.posix.MemoryCalls.MAP_FIXED;
import static dev.atoll.posix.MemoryCalls.MAP_NORESERVE;
import static dev.atoll.posix.MemoryCalls.MAP_PRIVATE;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import org.jspecify.annotations.Nullable;

/**
 * Puts zero pages where something else is mapped. MAP_FIXED replaces atomically as other threads
 * see it (mmap(2): the overlapped part is discarded by the same call), so no access meets a hole.
 *
 * <p>There are two kinds. Private writable pages count in full as data of the process (RLIMIT_DATA,
 * getrlimit(2)) and, where the kernel does not overcommit, as promised memory (proc(5),
 * overcommit_memory 2), although nobody stores to them. So a long writable range gets an empty
 * memfd of its own, which costs the pages that are touched and nothing else; not one memfd for all,
 * since what is stored to one range must not be read in another. But each memfd is a line of its
 * own in the process's map of limited length (max_map_count), where neighbouring private ranges are
 * one. So short ranges, which count for little, stay private, and so do read-only ones, which are
 * not counted. Where one kind is refused the other is tried.
 */
final class ZeroPages {
  /** The longest writable range that gets private pages. */
  static final long PRIVATE_MOST_BYTES = 64L << 10;

  private ZeroPages() {}

  /**
   * Puts zero pages in place.
   *
   * @param posix what maps
   * @param address first byte, of a page
   * @param length bytes, whole pages
   * @param protection the rights
   * @throws ErrnoException if neither kind of pages is to be had
   */
  static void put(Posix posix, long address, long length, int protection) {
    boolean isPrivate = (protection & PROT_WRITE) == 0 || length <= PRIVATE_MOST_BYTES;
    try {
      putKind(posix, address, length, protection, isPrivate);
    } catch (ErrnoException first) {
      try {
        putKind(posix, address, length, protection, !isPrivate);
      } catch (ErrnoException second) {
        second.addSuppressed(first);
        throw second;
      }
    }
  }

  private static void putKind(
      Posix posix, long address, long length, int protection, boolean isPrivate) {
    if (isPrivate) {
      int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
      map(posix, address, length, protection, flags, null);
      return;
    }
    try (Descriptor empty = posix.memfd("atoll-zeros")) {
      posix.ftruncate(empty, length);
      int flags = MAP_FIXED | MAP_SHARED | MAP_NORESERVE;
      map(posix, address, length, protection, flags, empty);
    }
  }

  // The parameters of mmap(2).
  private static void map(
      Posix posix,
      long address,
      long length,
      int protection,
      int flags,
      @Nullable Descriptor descriptor) {
    long mapped = posix.mmap(address, length, protection, flags, descriptor, 0);
    if (mapped != address) {
      throw new AssertionError("MAP_FIXED gave another address: 0x" + Long.toHexString(mapped));
    }
  }
}
