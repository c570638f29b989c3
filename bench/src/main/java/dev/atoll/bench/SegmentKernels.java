/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.rsm.ImportSegment;
import java.lang.foreign.MemorySegment;

/** Transfers and accesses. */
final class SegmentKernels {
  private SegmentKernels() {}

  /** {@link ImportSegment#put(long, MemorySegment)}. */
  static final class Put implements Kernel {
    private final ImportSegment segment;
    private final MemorySegment local;
    private final Walk walk;
    private long at;

    Put(ImportSegment segment, MemorySegment local, Walk walk) {
      this.segment = segment;
      this.local = local;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        segment.put(offset, local);
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@link ImportSegment#get(long, MemorySegment)}. */
  static final class Get implements Kernel {
    private final ImportSegment segment;
    private final MemorySegment local;
    private final Walk walk;
    private long at;

    Get(ImportSegment segment, MemorySegment local, Walk walk) {
      this.segment = segment;
      this.local = local;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        segment.get(offset, local);
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@link MemorySegment#copy} to shared memory. */
  static final class CopyTo implements Kernel {
    private final MemorySegment shared;
    private final MemorySegment local;
    private final Walk walk;
    private long at;

    CopyTo(MemorySegment shared, MemorySegment local, Walk walk) {
      this.shared = shared;
      this.local = local;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        MemorySegment.copy(local, 0, shared, offset, local.byteSize());
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** {@link MemorySegment#copy} from shared memory. */
  static final class CopyFrom implements Kernel {
    private final MemorySegment shared;
    private final MemorySegment local;
    private final Walk walk;
    private long at;

    CopyFrom(MemorySegment shared, MemorySegment local, Walk walk) {
      this.shared = shared;
      this.local = local;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = at;
      for (long i = 0; i < operations; i++) {
        MemorySegment.copy(shared, offset, local, 0, local.byteSize());
        offset = walk.next(offset);
      }
      at = offset;
    }
  }

  /** Loads of longs, one after the other. */
  static final class Load implements Kernel {
    private final MemorySegment memory;
    private long sum;

    Load(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public void run(long operations) {
      long words = memory.byteSize() / Long.BYTES;
      long total = sum;
      for (long done = 0; done < operations; done += words) {
        long end = Math.min(words, operations - done) * Long.BYTES;
        for (long at = 0; at < end; at += Long.BYTES) {
          total += memory.get(JAVA_LONG, at);
        }
      }
      sum = total;
    }
  }

  /** Stores of longs, one after the other. */
  static final class Store implements Kernel {
    private final MemorySegment memory;

    Store(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public void run(long operations) {
      long words = memory.byteSize() / Long.BYTES;
      for (long done = 0; done < operations; done += words) {
        long end = Math.min(words, operations - done) * Long.BYTES;
        for (long at = 0; at < end; at += Long.BYTES) {
          memory.set(JAVA_LONG, at, done + at);
        }
      }
    }
  }
}
