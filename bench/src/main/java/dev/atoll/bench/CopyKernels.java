/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.PmemMapping;
import dev.atoll.posix.WriteBack;
import java.lang.foreign.MemorySegment;

/** Each operation copies a range into a mapping and makes it durable. */
final class CopyKernels {
  private CopyKernels() {}

  /** {@link PmemMapping#copyPersist}; the slices of the source are made beforehand. */
  static final class Atoll implements Kernel {
    private final PmemMapping mapping;
    private final MemorySegment[] sources;
    private final Walk to;
    private int read;
    private long written;

    Atoll(PmemMapping mapping, MemorySegment source, Walk from, Walk to) {
      this.mapping = mapping;
      this.to = to;
      this.sources = new MemorySegment[(int) (from.window() / from.step())];
      for (int i = 0; i < sources.length; i++) {
        sources[i] = source.asSlice(i * from.step(), from.length());
      }
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        mapping.copyPersist(sources[read], written);
        read = read + 1 == sources.length ? 0 : read + 1;
        written = to.next(written);
      }
    }
  }

  /** {@code pmem_memcpy} with flags 0, critical. */
  static final class LibcShort implements Kernel {
    private final long target;
    private final long source;
    private final Walk from;
    private final Walk to;
    private long read;
    private long written;

    LibcShort(PmemMapping mapping, MemorySegment source, Walk from, Walk to) {
      this.target = mapping.address();
      this.source = source.address();
      this.from = from;
      this.to = to;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        try {
          long _ =
              (long)
                  Libpmem.MEMCPY_SHORT.invokeExact(
                      target + written, source + read, from.length(), 0);
        } catch (Throwable t) {
          throw Libpmem.unexpected(t);
        }
        read = from.next(read);
        written = to.next(written);
      }
    }
  }

  /** {@code pmem_memcpy} with flags 0. */
  static final class LibcLong implements Kernel {
    private final long target;
    private final long source;
    private final Walk from;
    private final Walk to;
    private long read;
    private long written;

    LibcLong(PmemMapping mapping, MemorySegment source, Walk from, Walk to) {
      this.target = mapping.address();
      this.source = source.address();
      this.from = from;
      this.to = to;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        try {
          long _ =
              (long)
                  Libpmem.MEMCPY_LONG.invokeExact(
                      target + written, source + read, from.length(), 0);
        } catch (Throwable t) {
          throw Libpmem.unexpected(t);
        }
        read = from.next(read);
        written = to.next(written);
      }
    }
  }

  /** {@link MemorySegment#copy} and a write-back of the lines. */
  static final class CopyAndFlush implements Kernel {
    private final MemorySegment target;
    private final long address;
    private final MemorySegment source;
    private final Walk from;
    private final Walk to;
    private long read;
    private long written;

    CopyAndFlush(PmemMapping mapping, MemorySegment source, Walk from, Walk to) {
      this.target = mapping.segment();
      this.address = mapping.address();
      this.source = source;
      this.from = from;
      this.to = to;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        MemorySegment.copy(source, read, target, written, from.length());
        WriteBack.persist(address + written, from.length());
        read = from.next(read);
        written = to.next(written);
      }
    }
  }
}
