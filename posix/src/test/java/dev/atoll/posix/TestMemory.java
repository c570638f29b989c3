/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.MemorySegment;

/** Pages of a memfd with an unmapped page at either side. */
record TestMemory(Posix posix, Descriptor file, long base, long address, long length)
    implements AutoCloseable {
  static TestMemory of(Posix posix, int pages) {
    long page = posix.pageSize();
    long length = pages * page;
    int guard = MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS;
    long base = posix.mmap(0, length + 2 * page, MemoryCalls.PROT_NONE, guard, null, 0);
    Descriptor file = posix.memfd("test memory");
    posix.ftruncate(file, length);
    long address =
        posix.mmap(
            base + page,
            length,
            MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
            MemoryCalls.MAP_SHARED | MemoryCalls.MAP_FIXED,
            file,
            0);
    return new TestMemory(posix, file, base, address, length);
  }

  MemorySegment segment() {
    return NativeMemory.view(address, length);
  }

  long end() {
    return address + length;
  }

  @Override
  public void close() {
    posix.munmap(base, length + 2 * posix.pageSize());
    file.close();
  }
}
