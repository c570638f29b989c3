/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Gives a file its size and its blocks, and takes back what it gave when that fails. Whoever uses
 * it holds {@link SizeLock}.
 *
 * <p>Growing goes through fallocate(2), which never makes a file smaller, whoever else grows it at
 * the same time; ftruncate(2) would, and is used to grow only where the file system knows no
 * fallocate.
 */
final class BlockReservation {
  private static final long CHUNK_BYTES = 1 << 20;

  private final Posix posix;
  private final Descriptor descriptor;
  private final long size;
  private final boolean isSparse;

  BlockReservation(Posix posix, Descriptor descriptor, OpenPlan plan) {
    this.posix = posix;
    this.descriptor = descriptor;
    this.size = plan.size();
    this.isSparse = plan.options().contains(PmemOption.SPARSE);
  }

  /** Sizes a new file; its creator deletes it on failure. */
  Reservation fill() {
    if (isSparse) {
      return growSparse();
    }
    if (isAllocated(0)) {
      return Reservation.RESERVED;
    }
    writeZeros(0);
    return Reservation.WRITTEN;
  }

  /**
   * Extends an existing file if it is smaller, and reserves blocks for its holes up to the size
   * asked; {@link #restore} takes back what was added behind its end.
   *
   * <p>Blocks are reserved first without touching the size, so a full file system leaves the size
   * as it was; setting the size afterwards needs no more blocks.
   */
  Reservation extend(FileStatus before) {
    if (isSparse) {
      return before.size() < size ? growSparse() : Reservation.SPARSE;
    }
    requireSpace(before);
    if (size <= before.size()) {
      return reserveWithin(before);
    }
    boolean isReserved = isAllocated(FileCalls.FALLOC_FL_KEEP_SIZE);
    Site.hit("pmem.widened");
    // NFS 4.2 knows the plain mode only, so both are tried.
    if (isAllocated(0)) {
      return Reservation.RESERVED;
    }
    if (isReserved) {
      growSparse();
      return Reservation.RESERVED;
    }
    writeZeros(before.size());
    return Reservation.WRITTEN;
  }

  /** The file keeps its size, and what lies beyond the size asked keeps its holes. */
  private Reservation reserveWithin(FileStatus before) {
    if (before.allocatedBytes() >= before.size() || isAllocated(0)) {
      return Reservation.RESERVED;
    }
    return Reservation.UNTOUCHED;
  }

  /**
   * Refuses what can't fit before anything is taken, because blocks that have filled a hole can't
   * be told from older ones and taken back. The free space may be gone a moment later, and some
   * file systems tell none (a tmpfs without a limit shows zero), so fallocate has the last word.
   */
  private void requireSpace(FileStatus before) {
    long free = posix.fstatfs(descriptor).bytesFree();
    long missing = size - before.allocatedBytes();
    if (free > 0 && missing > free) {
      throw new ErrnoException(
          "fallocate",
          Errno.ENOSPC.number(),
          descriptor.subject(),
          "Wanted size="
              + size
              + ", allocated "
              + before.allocatedBytes()
              + ", missing "
              + missing
              + ", free "
              + free
              + " bytes; make room, or ask for less.");
    }
  }

  private Reservation growSparse() {
    try {
      posix.fallocate(descriptor, 0, size - 1, 1);
    } catch (ErrnoException e) {
      requireUnsupported(e);
      if (posix.statx(descriptor).size() < size) {
        posix.ftruncate(descriptor, size);
      }
    }
    return Reservation.SPARSE;
  }

  private boolean isAllocated(int mode) {
    try {
      posix.fallocate(descriptor, mode, 0, size);
      return true;
    } catch (ErrnoException e) {
      requireUnsupported(e);
      return false;
    }
  }

  private static void requireUnsupported(ErrnoException e) {
    if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.ENOSYS) {
      throw e;
    }
  }

  /**
   * Appends; the size is looked at each time, because a program without the lock may append too.
   */
  private void writeZeros(long from) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeros = arena.allocate(Math.min(CHUNK_BYTES, Math.max(1, size - from)));
      long position = Math.max(from, posix.statx(descriptor).size());
      while (position < size) {
        long bytes = Math.min(zeros.byteSize(), size - position);
        position += posix.pwrite(descriptor, zeros.asSlice(0, bytes), position);
        position = Math.max(position, posix.statx(descriptor).size());
      }
    }
  }

  /**
   * Puts the size back, and releases blocks beyond the end: ftruncate(2) to the present size frees
   * them on the file systems that keep them (ext4_setattr and xfs_setattr_size in Linux). A file
   * that is larger than this opening made it stays.
   */
  void restore(FileStatus before) {
    if (before.size() < size && posix.statx(descriptor).size() <= size) {
      posix.ftruncate(descriptor, before.size());
    }
  }
}
