/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.pmem.PmemMapping;
import java.lang.foreign.MemorySegment;

/** Each operation stores one word in every line of a range and makes the range durable. */
final class PersistKernels {
  private PersistKernels() {}

  static void dirty(MemorySegment segment, long offset, long length, long value) {
    for (long at = 0; at < length; at += Walk.LINE_BYTES) {
      segment.set(JAVA_LONG, offset + at, value);
    }
  }

  /** {@link PmemMapping#persist(long, long)}. */
  static final class Atoll implements Kernel {
    private final PmemMapping mapping;
    private final MemorySegment segment;
    private final Walk walk;
    private long at;

    Atoll(PmemMapping mapping, Walk walk) {
      this.mapping = mapping;
      this.segment = mapping.segment();
      this.walk = walk;
      this.at = walk.from();
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        dirty(segment, offset, walk.length(), i);
        mapping.persist(offset, walk.length());
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** The same with one operation in so many done twice: a planted slow-down. */
  static final class Slowed implements Kernel {
    private final PmemMapping mapping;
    private final MemorySegment segment;
    private final Walk walk;
    private final long every;
    private long at;

    Slowed(PmemMapping mapping, Walk walk, long every) {
      this.mapping = mapping;
      this.segment = mapping.segment();
      this.walk = walk;
      this.every = every;
      this.at = walk.from();
    }

    @Override
    public void run(long operations) {
      long offset = at;
      long planted = every == 0 ? 0 : operations / every;
      for (long i = 0; i < operations + planted; i++) {
        dirty(segment, offset, walk.length(), i);
        mapping.persist(offset, walk.length());
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@code pmem_persist} of libpmem. */
  static final class Libc implements Kernel {
    private final long address;
    private final MemorySegment segment;
    private final Walk walk;
    private long at;

    Libc(PmemMapping mapping, Walk walk) {
      this.address = mapping.address();
      this.segment = mapping.segment();
      this.walk = walk;
      this.at = walk.from();
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        dirty(segment, offset, walk.length(), i);
        try {
          Libpmem.PERSIST.invokeExact(address + offset, walk.length());
        } catch (Throwable t) {
          throw Libpmem.unexpected(t);
        }
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@code pmem_msync} of libpmem. */
  static final class LibcSync implements Kernel {
    private final long address;
    private final MemorySegment segment;
    private final Walk walk;
    private long at;

    LibcSync(PmemMapping mapping, Walk walk) {
      this.address = mapping.address();
      this.segment = mapping.segment();
      this.walk = walk;
      this.at = walk.from();
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        dirty(segment, offset, walk.length(), i);
        int result;
        try {
          result = (int) Libpmem.MSYNC.invokeExact(address + offset, walk.length());
        } catch (Throwable t) {
          throw Libpmem.unexpected(t);
        }
        if (result != 0) {
          throw new IllegalStateException("pmem_msync gives " + result);
        }
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@link MemorySegment#force()} of a slice of what {@code FileChannel.map} gave. */
  static final class Force implements Kernel {
    private final MemorySegment segment;
    private final Walk walk;
    private long at;

    Force(MemorySegment segment, Walk walk) {
      this.segment = segment;
      this.walk = walk;
      this.at = walk.from();
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        dirty(segment, offset, walk.length(), i);
        segment.asSlice(offset, walk.length()).force();
        offset = walk.next(offset);
      }
      at = offset;
    }
  }
}
