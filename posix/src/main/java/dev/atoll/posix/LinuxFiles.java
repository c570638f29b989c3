/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;
import static dev.atoll.posix.Downcall.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Calls on files, made for real. */
interface LinuxFiles extends FileCalls {
  /** fcntl(2): the number space starts here when a descriptor is duplicated. */
  int LOWEST_DESCRIPTOR = 0;

  int O_CLOEXEC = 0x80000;
  int O_ACCMODE = 3;
  int O_APPEND = 0x400;
  int F_GETFL = 3;
  int F_DUPFD_CLOEXEC = 1030;
  int F_OFD_SETLK = 37;
  short F_WRLCK = 1;
  short F_UNLCK = 2;
  int AT_FDCWD = -100;
  int AT_SYMLINK_NOFOLLOW = 0x100;
  int AT_EMPTY_PATH = 0x1000;

  /**
   * STATX_BASIC_STATS (0x7ff) without access, modification and change time (0xe0), which nobody
   * here reads. Asking for a time makes the next store to a mapped page stamp the inode anew
   * (Linux, Documentation/filesystems/multigrain-ts.rst), and the msync after it commit that to the
   * journal.
   */
  int STATX_WANTED = 0x71f;

  long STATX_ATTR_DAX = 0x00200000L;

  Downcall OPEN = Downcall.variadic("open", INT, POINTER, INT, INT);
  Downcall FCNTL = Downcall.variadic("fcntl", INT, INT, INT, INT);
  Downcall FCNTL_POINTER = Downcall.variadic("fcntl", INT, INT, INT, POINTER);
  Downcall CLOSE = Downcall.libc("close", INT, INT).once();
  Downcall FSYNC = Downcall.libc("fsync", INT, INT);
  Downcall FDATASYNC = Downcall.libc("fdatasync", INT, INT);
  Downcall FTRUNCATE = Downcall.libc("ftruncate", INT, INT, LONG);
  Downcall FALLOCATE = Downcall.libc("fallocate", INT, INT, INT, LONG, LONG);
  Downcall FCHMOD = Downcall.libc("fchmod", INT, INT, INT);
  Downcall STATX = Downcall.libc("statx", INT, INT, POINTER, INT, INT, POINTER);
  Downcall FSTATFS = Downcall.libc("fstatfs", INT, INT, POINTER);
  Transfer PREAD = Transfer.libc("pread", LONG);
  Transfer PWRITE = Transfer.libc("pwrite", LONG);

  // open(2)
  @Override
  default Descriptor open(Path path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.path(arena, path);
      int translated = Architecture.current().openFlags(flags) | O_CLOEXEC;
      return own(OPEN, OPEN.call(name.address(), translated, mode), path.toString());
    }
  }

  // fcntl(2)
  @Override
  default Descriptor duplicate(Descriptor descriptor) {
    long result = FCNTL.call(descriptor.number(), F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR);
    return own(FCNTL, result, descriptor.subject());
  }

  // close(2)
  @Override
  default void close(int number, String subject) {
    long result = CLOSE.call(number);
    if (result < 0 && result != -Errno.EINTR.number()) {
      throw CLOSE.failure(result, subject);
    }
  }

  // fcntl(2)
  @Override
  default int openFlags(Descriptor descriptor) {
    long flags = FCNTL.require(descriptor.subject(), FCNTL.call(descriptor.number(), F_GETFL));
    return (int) flags & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_PATH);
  }

  // pread(2)
  @Override
  default long pread(Descriptor descriptor, MemorySegment target, long offset) {
    long result = PREAD.call(descriptor.number(), target, offset);
    return required(PREAD, result, descriptor, target, offset);
  }

  // pwrite(2)
  @Override
  default long pwrite(Descriptor descriptor, MemorySegment source, long offset) {
    long result = PWRITE.call(descriptor.number(), source, offset);
    return required(PWRITE, result, descriptor, source, offset);
  }

  // fsync(2)
  @Override
  default void fsync(Descriptor descriptor) {
    FSYNC.require(descriptor.subject(), FSYNC.callOffCarrier(descriptor.number(), 0, 0, 0));
  }

  // fdatasync(2)
  @Override
  default void fdatasync(Descriptor descriptor) {
    FDATASYNC.require(descriptor.subject(), FDATASYNC.callOffCarrier(descriptor.number(), 0, 0, 0));
  }

  // ftruncate(2)
  @Override
  default void ftruncate(Descriptor descriptor, long size) {
    long result = FTRUNCATE.call(descriptor.number(), size);
    if (result < 0) {
      throw FTRUNCATE.failure(result, descriptor.subject() + ", size=" + size);
    }
  }

  // fallocate(2)
  @Override
  default void fallocate(Descriptor descriptor, int mode, long offset, long length) {
    long result = FALLOCATE.callOffCarrier(descriptor.number(), mode, offset, length);
    if (result < 0) {
      throw FALLOCATE.failure(
          result,
          descriptor.subject() + ", mode=" + mode + ", offset=" + offset + ", length=" + length);
    }
  }

  // fchmod(2)
  @Override
  default void fchmod(Descriptor descriptor, int mode) {
    FCHMOD.require(descriptor.subject(), FCHMOD.call(descriptor.number(), mode));
  }

  // statx(2)
  @Override
  default FileStatus statx(Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    MemorySegment empty = scratch.memory.asSlice(StatxLayout.BYTES, 1);
    empty.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 0);
    long result =
        STATX.call(
            descriptor.number(), empty.address(), AT_EMPTY_PATH, STATX_WANTED, scratch.address);
    STATX.require(descriptor.subject(), result);
    return StatxLayout.read(scratch.memory);
  }

  // statx(2)
  @Override
  default FileStatus statx(Path path, boolean isFollowing) {
    Scratch scratch = Scratch.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.path(arena, path);
      int flags = isFollowing ? 0 : AT_SYMLINK_NOFOLLOW;
      long result = STATX.call(AT_FDCWD, name.address(), flags, STATX_WANTED, scratch.address);
      STATX.require(path.toString(), result);
      return StatxLayout.read(scratch.memory);
    }
  }

  // fstatfs(2); struct statfs is the same on both processors (asm-generic/statfs.h)
  @Override
  default FileSystemStatus fstatfs(Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    FSTATFS.require(descriptor.subject(), FSTATFS.call(descriptor.number(), scratch.address));
    return StatfsLayout.read(scratch.memory);
  }

  // fcntl(2), "Open file description locks"
  @Override
  default boolean tryLock(Descriptor descriptor) {
    long result = setLock(descriptor, F_WRLCK);
    if (result == -Errno.EAGAIN.number() || result == -Errno.EACCES.number()) {
      return false;
    }
    FCNTL_POINTER.require(descriptor.subject(), result);
    return true;
  }

  @Override
  default void unlock(Descriptor descriptor) {
    FCNTL_POINTER.require(descriptor.subject(), setLock(descriptor, F_UNLCK));
  }

  private static long setLock(Descriptor descriptor, short type) {
    Scratch scratch = Scratch.ofThread();
    // struct flock: type @0, whence @2, start @8, length @16 (zero: to the end), pid @24 (zero)
    scratch.memory.asSlice(0, 32).fill((byte) 0);
    scratch.memory.set(JAVA_SHORT, 0, type);
    return FCNTL_POINTER.call(descriptor.number(), F_OFD_SETLK, scratch.address);
  }

  private Descriptor own(Downcall call, long result, String subject) {
    return new Descriptor(this, (int) call.require(subject, result), subject);
  }

  private static long required(
      Transfer call, long result, Descriptor descriptor, MemorySegment memory, long offset) {
    if (result < 0) {
      throw new ErrnoException(
          call.name(),
          (int) -result,
          descriptor.subject() + ", length=" + memory.byteSize() + ", offset=" + offset);
    }
    return result;
  }

  /** {@code struct statx} of linux/stat.h. */
  final class StatxLayout {
    static final long BYTES = 256;

    private StatxLayout() {}

    static FileStatus read(MemorySegment s) {
      return new FileStatus(
          device(s, 136),
          s.get(JAVA_LONG, 32),
          Short.toUnsignedInt(s.get(JAVA_SHORT, 28)),
          Integer.toUnsignedLong(s.get(JAVA_INT, 16)),
          s.get(JAVA_INT, 20),
          s.get(JAVA_INT, 24),
          s.get(JAVA_LONG, 40),
          s.get(JAVA_LONG, 48),
          device(s, 128),
          (s.get(JAVA_LONG, 8) & s.get(JAVA_LONG, 56) & STATX_ATTR_DAX) != 0);
    }

    private static long device(MemorySegment s, long offset) {
      return (long) s.get(JAVA_INT, offset) << 32
          | Integer.toUnsignedLong(s.get(JAVA_INT, offset + 4));
    }
  }

  /** {@code struct statfs} of asm-generic/statfs.h, 120 bytes. */
  final class StatfsLayout {
    private StatfsLayout() {}

    static FileSystemStatus read(MemorySegment s) {
      return new FileSystemStatus(s.get(JAVA_LONG, 0), s.get(JAVA_LONG, 8), s.get(JAVA_LONG, 32));
    }
  }
}
