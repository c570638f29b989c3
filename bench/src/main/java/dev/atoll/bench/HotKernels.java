/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.PmemMapping;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Signals;

/** Hot paths that are not measured elsewhere, and the controls of the proofs. */
final class HotKernels {
  private HotKernels() {}

  /** {@link PmemMapping#flush(long, long)} and {@link PmemMapping#fence()}. */
  static final class FlushAndFence implements Kernel {
    private final PmemMapping mapping;
    private final Walk walk;

    FlushAndFence(PmemMapping mapping, Walk walk) {
      this.mapping = mapping;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = walk.from();
      for (long i = 0; i < operations; i++) {
        mapping.flush(offset, walk.length());
        mapping.fence();
        offset = walk.next(offset);
      }
    }
  }

  /** {@link PmemMapping#commitLong}. */
  static final class Commit implements Kernel {
    private final PmemMapping mapping;
    private final Walk walk;

    Commit(PmemMapping mapping, Walk walk) {
      this.mapping = mapping;
      this.walk = walk;
    }

    @Override
    public void run(long operations) {
      long offset = walk.from();
      for (long i = 0; i < operations; i++) {
        mapping.commitLong(offset, i);
        offset = walk.next(offset);
      }
    }
  }

  /** {@link Signals#pending()}. */
  static final class Pending implements Kernel {
    private final Signals signals;
    private long unusedSum;

    Pending(Signals signals) {
      this.signals = signals;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        unusedSum += signals.pending();
      }
    }
  }

  /** {@link Signals#post()}. */
  static final class Post implements Kernel {
    private final Signals signals;

    Post(Signals signals) {
      this.signals = signals;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        signals.post();
      }
    }
  }

  /** A control: allocates once in each operation. */
  static final class Allocating implements Kernel {
    private Object kept = this;

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        kept = new long[] {i, kept.hashCode()};
      }
    }
  }

  /** A control: makes a system call in each operation. */
  static final class Calling implements Kernel {
    private final Posix posix;
    private long unusedSum;

    Calling(Posix posix) {
      this.posix = posix;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        unusedSum += posix.effectiveUid();
      }
    }
  }
}
