/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.MemoryCalls;

/**
 * What {@link PmemMapping#advise} can tell the kernel: the advice of madvise(2) that loses no data.
 */
public enum Advice {
  /** Expect use soon; read ahead. */
  WILL_NEED(MemoryCalls.MADV_WILLNEED),
  /** Make all pages present for reading now, so that no later load faults. */
  POPULATE_READ(MemoryCalls.MADV_POPULATE_READ),
  /** Make all pages present for writing now; a full file system shows as an error here. */
  POPULATE_WRITE(MemoryCalls.MADV_POPULATE_WRITE),
  /** Prefer huge pages. */
  HUGE_PAGE(MemoryCalls.MADV_HUGEPAGE),
  /** Do not hand the range to forked children. */
  DONT_FORK(MemoryCalls.MADV_DONTFORK);

  private final int number;

  Advice(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
