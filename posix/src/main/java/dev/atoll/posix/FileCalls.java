/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Errno.*;

import dev.atoll.base.CheckReturnValue;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Calls on files, as {@link Posix} gives them. */
public interface FileCalls {
  /** Open for reading only. */
  int O_RDONLY = 0;

  /** Open for writing only. */
  int O_WRONLY = 1;

  /** Open for reading and writing. */
  int O_RDWR = 2;

  /** Create if missing. */
  int O_CREAT = 0x40;

  /** With {@link #O_CREAT}: fail if it exists. */
  int O_EXCL = 0x80;

  /** Do not block. */
  int O_NONBLOCK = 0x800;

  /** Fail unless a directory (x86-64 and aarch64 differ; the implementation translates). */
  int O_DIRECTORY = 0x10000;

  /** Fail with {@code ELOOP} if the last component is a symbolic link (translated as above). */
  int O_NOFOLLOW = 0x20000;

  /** Only name the file, without access to its content. */
  int O_PATH = 0x200000;

  /** fallocate(2): keep the size of the file. */
  int FALLOC_FL_KEEP_SIZE = 1;

  /** fallocate(2): give blocks back; needs {@link #FALLOC_FL_KEEP_SIZE}. */
  int FALLOC_FL_PUNCH_HOLE = 2;

  /**
   * Opens a file, close-on-exec always: open(2).
   *
   * @param path the file
   * @param flags one of {@link #O_RDONLY}, {@link #O_WRONLY}, {@link #O_RDWR} and further flags
   * @param mode permission bits of a file that is created, before the umask
   * @return the open descriptor, owned by the caller
   */
  @Errnos({
    EACCES, EEXIST, EISDIR, ELOOP, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC, ENOTDIR, EROFS, EDQUOT
  })
  Descriptor open(Path path, int flags, int mode);

  /**
   * Makes a second descriptor of the same open file: fcntl(2) {@code F_DUPFD_CLOEXEC}.
   *
   * @param descriptor the first
   * @return the second, owned by the caller
   */
  @Errnos({EMFILE})
  Descriptor duplicate(Descriptor descriptor);

  /**
   * Closes a descriptor: close(2). Not repeated on {@code EINTR}, since Linux has released it by
   * then. Use {@link Descriptor#close()}, which calls this once.
   *
   * @param number the descriptor
   * @param subject what it is, for error messages
   */
  @Errnos({EIO, ENOSPC, EDQUOT})
  void close(int number, String subject);

  /**
   * Tells how the file was opened: fcntl(2) {@code F_GETFL}.
   *
   * @param descriptor the open file
   * @return the access mode and status flags
   */
  @Errnos({EBADF})
  int openFlags(Descriptor descriptor);

  /**
   * Reads at an offset: pread(2), once.
   *
   * @param descriptor the file
   * @param target native memory that receives the bytes; its size is the most that is read
   * @param offset byte offset in the file
   * @return bytes read, zero at the end of the file
   */
  @CheckReturnValue
  @Errnos({EIO, EISDIR, EFAULT, EINVAL})
  long pread(Descriptor descriptor, MemorySegment target, long offset);

  /**
   * Writes at an offset: pwrite(2), once.
   *
   * @param descriptor the file
   * @param source native memory with the bytes
   * @param offset byte offset in the file
   * @return bytes written, which may be fewer than given
   */
  @CheckReturnValue
  @Errnos({EIO, ENOSPC, EDQUOT, EFBIG, EFAULT, EPERM})
  long pwrite(Descriptor descriptor, MemorySegment source, long offset);

  /**
   * Makes content and attributes durable: fsync(2).
   *
   * @param descriptor the file or directory
   */
  @Errnos({EIO, ENOSPC, EDQUOT, EROFS, EINVAL})
  void fsync(Descriptor descriptor);

  /**
   * Makes content durable, and of the attributes what reading it back needs: fdatasync(2).
   *
   * @param descriptor the file
   */
  @Errnos({EIO, ENOSPC, EDQUOT, EROFS, EINVAL})
  void fdatasync(Descriptor descriptor);

  /**
   * Sets the size: ftruncate(2).
   *
   * @param descriptor the file
   * @param size bytes
   */
  @Errnos({EFBIG, EINVAL, EIO, EPERM, EROFS, ENOSPC})
  void ftruncate(Descriptor descriptor, long size);

  /**
   * Reserves or releases blocks: fallocate(2). Over the memory limit of a cgroup a memfd's
   * reservation kills the process instead of failing; ask the limit first.
   *
   * @param descriptor the file
   * @param mode 0, or flags such as {@link #FALLOC_FL_PUNCH_HOLE}
   * @param offset first byte
   * @param length bytes, positive
   */
  @Errnos({EFBIG, EIO, ENODEV, ENOSPC, EDQUOT, EOPNOTSUPP, EPERM, EINVAL})
  void fallocate(Descriptor descriptor, int mode, long offset, long length);

  /**
   * Sets the permission bits: fchmod(2).
   *
   * @param descriptor the file
   * @param mode permission bits
   */
  @Errnos({EPERM, EIO, EROFS})
  void fchmod(Descriptor descriptor, int mode);

  /**
   * Tells what a descriptor refers to: statx(2) with {@code AT_EMPTY_PATH}.
   *
   * @param descriptor the open file
   * @return its attributes
   */
  @Errnos({EBADF, ENOMEM})
  FileStatus statx(Descriptor descriptor);

  /**
   * Tells what a path refers to, following a final symbolic link or not: statx(2).
   *
   * @param path the file
   * @param isFollowing whether a final symbolic link is followed
   * @return its attributes
   */
  @Errnos({EACCES, ELOOP, ENOENT, ENOMEM, ENOTDIR})
  FileStatus statx(Path path, boolean isFollowing);

  /**
   * Tells which kind of file system holds a file: fstatfs(2).
   *
   * @param descriptor the open file
   * @return type and space
   */
  @Errnos({EBADF, EIO, ENOSYS})
  FileSystemStatus fstatfs(Descriptor descriptor);

  /**
   * Takes an exclusive lock that belongs to the open file, not to the process: fcntl(2) {@code
   * F_OFD_SETLK}. It lasts until the open file's last descriptor is closed.
   *
   * @param descriptor a file open for writing
   * @return false if another open file holds it
   */
  @CheckReturnValue
  @Errnos({ENOMEM, EBADF})
  boolean tryLock(Descriptor descriptor);

  /**
   * Gives back a lock that {@link #tryLock} took: fcntl(2) {@code F_OFD_SETLK} with {@code
   * F_UNLCK}. Without a lock it does nothing.
   *
   * @param descriptor the open file
   */
  @Errnos({ENOMEM, EBADF})
  void unlock(Descriptor descriptor);
}
