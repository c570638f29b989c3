/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.rsm.Barrier;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.ScatterGather;
import java.lang.foreign.MemorySegment;

/** Items, arrays, vectors and spans. */
final class TypedKernels {
  private static final long WINDOW = 16_384;
  private static final long PIECE_BYTES = 64;

  private TypedKernels() {}

  /** Stores on the mapped pages. */
  static final class Store implements Kernel {
    private final MemorySegment shared;

    Store(MemorySegment shared) {
      this.shared = shared;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        shared.set(JAVA_LONG, (i << 3) & (WINDOW - 1), i);
      }
    }
  }

  /** {@link ImportSegment#putLong}. */
  static final class PutLong implements Kernel {
    private final ImportSegment segment;

    PutLong(ImportSegment segment) {
      this.segment = segment;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        segment.putLong((i << 3) & (WINDOW - 1), i);
      }
    }
  }

  /** Loads on the mapped pages. */
  static final class Load implements Kernel {
    private final MemorySegment shared;
    private long unusedSum;

    Load(MemorySegment shared) {
      this.shared = shared;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        unusedSum += shared.get(JAVA_LONG, (i << 3) & (WINDOW - 1));
      }
    }
  }

  /** {@link ImportSegment#getLong}. */
  static final class GetLong implements Kernel {
    private final ImportSegment segment;
    private long unusedSum;

    GetLong(ImportSegment segment) {
      this.segment = segment;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        unusedSum += segment.getLong((i << 3) & (WINDOW - 1));
      }
    }
  }

  /** Copies an array to the mapped pages. */
  static final class CopyLongs implements Kernel {
    private final MemorySegment shared;
    private final long[] items;

    CopyLongs(MemorySegment shared, long[] items) {
      this.shared = shared;
      this.items = items;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        MemorySegment.copy(items, 0, shared, JAVA_LONG, 0, items.length);
      }
    }
  }

  /** {@link ImportSegment#putLongs(long, long[])}. */
  static final class PutLongs implements Kernel {
    private final ImportSegment segment;
    private final long[] items;

    PutLongs(ImportSegment segment, long[] items) {
      this.segment = segment;
      this.items = items;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        segment.putLongs(0, items);
      }
    }
  }

  /** Copies pieces to the mapped pages. */
  static final class Scatter implements Kernel {
    private final MemorySegment shared;
    private final MemorySegment own;
    private final long apart;

    Scatter(MemorySegment shared, MemorySegment own, long apart) {
      this.shared = shared;
      this.own = own;
      this.apart = apart;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        for (int piece = 0; piece < 16; piece++) {
          MemorySegment.copy(own, piece * PIECE_BYTES, shared, piece * apart, PIECE_BYTES);
        }
      }
    }
  }

  /** Copies pieces from the mapped pages. */
  static final class Gather implements Kernel {
    private final MemorySegment shared;
    private final MemorySegment own;
    private final long apart;

    Gather(MemorySegment shared, MemorySegment own, long apart) {
      this.shared = shared;
      this.own = own;
      this.apart = apart;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        for (int piece = 0; piece < 16; piece++) {
          MemorySegment.copy(shared, piece * apart, own, piece * PIECE_BYTES, PIECE_BYTES);
        }
      }
    }
  }

  /** {@link ImportSegment#putv}. */
  static final class Putv implements Kernel {
    private final ImportSegment segment;
    private final ScatterGather vector;

    Putv(ImportSegment segment, ScatterGather vector) {
      this.segment = segment;
      this.vector = vector;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        segment.putv(vector);
      }
    }
  }

  /** {@link ImportSegment#getv}. */
  static final class Getv implements Kernel {
    private final ImportSegment segment;
    private final ScatterGather vector;

    Getv(ImportSegment segment, ScatterGather vector) {
      this.segment = segment;
      this.vector = vector;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        segment.getv(vector);
      }
    }
  }

  /** {@link Barrier#open} and the completion of what it gives. */
  static final class Span implements Kernel {
    private final Barrier barrier;

    Span(Barrier barrier) {
      this.barrier = barrier;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        barrier.open().complete();
      }
    }
  }
}
