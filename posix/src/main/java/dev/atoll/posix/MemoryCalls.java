/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Errno.*;

import dev.atoll.base.CheckReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * Calls on the address space, as {@link Posix} gives them.
 *
 * <p>Addresses are raw here and nowhere else in Atoll's interfaces; who maps a range owns it, gives
 * it out as a segment ({@link NativeMemory#view}) and unmaps it.
 */
public interface MemoryCalls {
  /** Pages may not be touched. */
  int PROT_NONE = 0;

  /** Pages may be read. */
  int PROT_READ = 1;

  /** Pages may be written. */
  int PROT_WRITE = 2;

  /** Pages may be executed. */
  int PROT_EXEC = 4;

  /** Stores are seen by all who map the file. */
  int MAP_SHARED = 1;

  /** Stores go to a private copy of the page. */
  int MAP_PRIVATE = 2;

  /** As {@link #MAP_SHARED}, but unknown flags are refused; needed by {@link #MAP_SYNC}. */
  int MAP_SHARED_VALIDATE = 3;

  /** Replace whatever is mapped at the address. */
  int MAP_FIXED = 0x10;

  /** No file; zero pages. */
  int MAP_ANONYMOUS = 0x20;

  /** Reserve no memory for it. */
  int MAP_NORESERVE = 0x4000;

  /** Make all pages present at once. */
  int MAP_POPULATE = 0x8000;

  /** Only with {@link #MAP_SHARED_VALIDATE}: user-space flushing is enough for durability. */
  int MAP_SYNC = 0x80000;

  /** Map at the address or fail with {@code EEXIST}. */
  int MAP_FIXED_NOREPLACE = 0x100000;

  /** Make present for reading (madvise). */
  int MADV_POPULATE_READ = 22;

  /** Make present for writing (madvise). */
  int MADV_POPULATE_WRITE = 23;

  /** Do not give the range to forked children (madvise). */
  int MADV_DONTFORK = 10;

  /** Expect use soon (madvise). */
  int MADV_WILLNEED = 3;

  /** Prefer huge pages (madvise). */
  int MADV_HUGEPAGE = 14;

  /** No further seals. */
  int F_SEAL_SEAL = 1;

  /** The file may not shrink. */
  int F_SEAL_SHRINK = 2;

  /** The file may not grow. */
  int F_SEAL_GROW = 4;

  /** No writes at all. */
  int F_SEAL_WRITE = 8;

  /** No writes but through shared writable mappings that exist already. */
  int F_SEAL_FUTURE_WRITE = 16;

  /** membarrier(2): a full fence on all running threads that registered. */
  int MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2;

  /** membarrier(2): take part in {@link #MEMBARRIER_CMD_GLOBAL_EXPEDITED}. */
  int MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4;

  /**
   * Tells the size of a page.
   *
   * @return bytes, a power of two
   */
  long pageSize();

  /**
   * Maps memory: mmap(2).
   *
   * @param address where, or zero for anywhere; a hint unless a {@code MAP_FIXED} flag is given
   * @param length bytes, positive
   * @param protection {@code PROT_} flags
   * @param flags {@code MAP_} flags
   * @param descriptor the file, or null with {@link #MAP_ANONYMOUS}
   * @param offset first byte in the file, a multiple of the page size
   * @return the address of the first byte
   */
  @CheckReturnValue
  @Errnos({
    EACCES,
    EAGAIN,
    EBADF,
    EEXIST,
    EINVAL,
    ENFILE,
    ENODEV,
    ENOMEM,
    EOPNOTSUPP,
    EOVERFLOW,
    EPERM
  })
  long mmap(
      long address,
      long length,
      int protection,
      int flags,
      @Nullable Descriptor descriptor,
      long offset);

  /**
   * Takes a mapping away: munmap(2). Whoever still uses the address afterwards is killed, so this
   * is for ranges that nobody can reach any more.
   *
   * @param address first byte, page-aligned
   * @param length bytes
   */
  @Errnos({EINVAL, ENOMEM})
  void munmap(long address, long length);

  /**
   * Changes what may be done with pages: mprotect(2).
   *
   * @param address first byte, page-aligned
   * @param length bytes
   * @param protection {@code PROT_} flags
   */
  @Errnos({EACCES, EINVAL, ENOMEM})
  void mprotect(long address, long length, int protection);

  /**
   * Writes changed pages back and waits until they are durable: msync(2) with {@code MS_SYNC}.
   *
   * @param address first byte, page-aligned
   * @param length bytes
   * @return zero, or a negative errno; {@code -EIO} is reported by the kernel once per open file
   */
  @CheckReturnValue
  @Errnos(returned = {EBUSY, EINVAL, ENOMEM, EIO, ENOSPC, EDQUOT})
  int msync(long address, long length);

  /**
   * Advises the kernel: madvise(2).
   *
   * @param address first byte, page-aligned
   * @param length bytes
   * @param advice a {@code MADV_} constant
   * @return zero, or a negative errno
   */
  @CheckReturnValue
  @Errnos(returned = {EACCES, EAGAIN, EBADF, EFAULT, EINVAL, EIO, ENOMEM, EPERM})
  int madvise(long address, long length, int advice);

  /**
   * Makes a file that lives in memory only, sealable and close-on-exec: memfd_create(2).
   *
   * @param name shown in /proc, at most 249 bytes
   * @return the descriptor, owned by the caller
   */
  @Errnos({EINVAL, EMFILE, ENFILE, ENOMEM})
  Descriptor memfd(String name);

  /**
   * Adds seals to a memfd: fcntl(2) {@code F_ADD_SEALS}.
   *
   * @param descriptor the memfd
   * @param seals {@code F_SEAL_} flags
   */
  @Errnos({EBUSY, EINVAL, EPERM})
  void addSeals(Descriptor descriptor, int seals);

  /**
   * Reads the seals of a memfd: fcntl(2) {@code F_GET_SEALS}.
   *
   * @param descriptor the file
   * @return {@code F_SEAL_} flags, or {@code -EINVAL} if this kind of file has none
   */
  @CheckReturnValue
  @Errnos(returned = {EINVAL})
  int seals(Descriptor descriptor);

  /**
   * Fences other threads: membarrier(2).
   *
   * @param command a {@code MEMBARRIER_CMD_} constant
   * @return zero, or a negative errno where the kernel lacks the command
   */
  @CheckReturnValue
  @Errnos(returned = {EINVAL, ENOSYS, EPERM})
  int membarrier(int command);
}
