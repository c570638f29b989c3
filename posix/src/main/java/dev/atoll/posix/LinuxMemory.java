/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;
import static dev.atoll.posix.Downcall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Calls on the address space, made for real. */
interface LinuxMemory extends MemoryCalls {
  int SC_PAGESIZE = 30;
  int MS_SYNC = 4;
  int MFD_CLOEXEC = 1;
  int MFD_ALLOW_SEALING = 2;
  int F_ADD_SEALS = 1033;
  int F_GET_SEALS = 1034;
  int NO_DESCRIPTOR = -1;

  Downcall SYSCONF = Downcall.libc("sysconf", LONG, INT);
  Downcall MMAP = Downcall.libc("mmap", POINTER, POINTER, LONG, INT, INT, INT, LONG);
  Downcall MUNMAP = Downcall.libc("munmap", INT, POINTER, LONG);
  Downcall MPROTECT = Downcall.libc("mprotect", INT, POINTER, LONG, INT);
  Downcall MSYNC = Downcall.libc("msync", INT, POINTER, LONG, INT);
  Downcall MADVISE = Downcall.libc("madvise", INT, POINTER, LONG, INT);
  Downcall MEMFD_CREATE =
      Downcall.syscall("memfd_create", Architecture.current().memfdCreate, POINTER, INT);
  Downcall MEMBARRIER =
      Downcall.syscall("membarrier", Architecture.current().membarrier, INT, INT, INT);
  Downcall SEALS = Downcall.variadic("fcntl", INT, INT, INT, INT);

  long PAGE_SIZE = SYSCONF.require("_SC_PAGESIZE", SYSCONF.call(SC_PAGESIZE));

  // sysconf(3)
  @Override
  default long pageSize() {
    return PAGE_SIZE;
  }

  // mmap(2)
  @Override
  default long mmap(
      long address,
      long length,
      int protection,
      int flags,
      @Nullable Descriptor descriptor,
      long offset) {
    int number = descriptor == null ? NO_DESCRIPTOR : descriptor.number();
    long result = MMAP.call(address, length, protection, flags, number, offset);
    if (result < 0) {
      String subject = descriptor == null ? "anonymous" : descriptor.subject();
      throw MMAP.failure(
          result,
          subject + ", " + range(address, length) + ", flags=" + flags + ", offset=" + offset);
    }
    return result;
  }

  // munmap(2)
  @Override
  default void munmap(long address, long length) {
    long result = MUNMAP.call(address, length);
    if (result < 0) {
      throw MUNMAP.failure(result, range(address, length));
    }
  }

  // mprotect(2)
  @Override
  default void mprotect(long address, long length, int protection) {
    long result = MPROTECT.call(address, length, protection);
    if (result < 0) {
      throw MPROTECT.failure(result, range(address, length) + ", protection=" + protection);
    }
  }

  // msync(2)
  @Override
  default int msync(long address, long length) {
    return (int) MSYNC.callOffCarrier(address, length, MS_SYNC, 0);
  }

  // madvise(2)
  @Override
  default int madvise(long address, long length, int advice) {
    return (int) MADVISE.call(address, length, advice);
  }

  // memfd_create(2)
  @Override
  default Descriptor memfd(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      long result = MEMFD_CREATE.call(text.address(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
      String subject = "memfd:" + name;
      return new Descriptor(
          LinuxPosix.instance(), (int) MEMFD_CREATE.require(subject, result), subject);
    }
  }

  // fcntl(2), "File Sealing"
  @Override
  default void addSeals(Descriptor descriptor, int seals) {
    long result = SEALS.call(descriptor.number(), F_ADD_SEALS, seals);
    if (result < 0) {
      throw SEALS.failure(result, descriptor.subject() + ", seals=" + seals);
    }
  }

  // fcntl(2), "File Sealing"
  @Override
  default int seals(Descriptor descriptor) {
    return (int) SEALS.call(descriptor.number(), F_GET_SEALS);
  }

  // membarrier(2)
  @Override
  default int membarrier(int command) {
    return (int) MEMBARRIER.call(command);
  }

  private static String range(long address, long length) {
    return "address=0x" + Long.toHexString(address) + ", length=" + length;
  }
}
