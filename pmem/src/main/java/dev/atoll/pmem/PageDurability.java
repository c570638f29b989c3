/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Ranges;
import dev.atoll.posix.ErrnoException;
import java.lang.invoke.VarHandle;

/**
 * Pages are written back by msync(2).
 *
 * <p>Each call first looks at the size of the file, since msync of pages beyond its end succeeds
 * and writes nothing.
 */
final class PageDurability implements Durability {
  private static final String REMEDY =
      "Stores may be lost, and no later flush can tell which; the file counts as failed until all its"
          + " mappings in this process are closed. Close them, look at the disk, open the file anew"
          + " and read what it holds.";

  private final MappedFile file;

  PageDurability(MappedFile file) {
    this.file = file;
  }

  @Override
  public void flush(long address, long length) {
    SharedFile shared = file.shared().retain();
    if (shared == null) {
      throw file.closed();
    }
    try {
      file.requireWhole();
      long start = Ranges.alignDown(address, file.pageSize());
      long bytes = address + length - start;
      int result = shared.callAndMark(() -> file.posix().msync(start, bytes));
      if (result < 0) {
        throw new ErrnoException("msync", -result, file.describe(start, bytes), REMEDY);
      }
      int failed = shared.failedErrnoWhenSettled();
      if (failed != 0) {
        throw file.failed(failed);
      }
    } finally {
      shared.release();
    }
  }

  /** What msync wrote is durable already; stores of other kinds are ordered as after a flush. */
  @Override
  public void fence() {
    VarHandle.fullFence();
  }

  @Override
  public void persist(long address, long length) {
    flush(address, length);
  }

  @Override
  public boolean isLineFlushed() {
    return false;
  }
}
