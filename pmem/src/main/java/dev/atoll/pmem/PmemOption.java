/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** How {@link PmemFile#open(java.nio.file.Path, long, PmemOption...)} opens a file. */
public enum PmemOption {
  /**
   * Create the file if it is missing, extend it if it is smaller than asked, and reserve its
   * blocks.
   *
   * <p>A larger file is left as it is. (libpmem 1.x cuts it to the size asked.) Needs a size.
   */
  CREATE,

  /** With {@link #CREATE}: fail with {@code EEXIST} if the file exists. */
  EXCLUSIVE,

  /**
   * With {@link #CREATE}: set the size without reserving blocks.
   *
   * <p>A store to a page without blocks on a full file system kills the process (SIGBUS), so a file
   * with holes can be mapped only where nothing but msync(2) flushes it.
   */
  SPARSE,

  /** Open for reading only; mappings are {@link MapMode#READ_ONLY} or {@link MapMode#PRIVATE}. */
  READ_ONLY,

  /**
   * Treat the page cache as if it were persistent memory: flush cache lines instead of calling
   * msync(2), although that makes nothing durable.
   *
   * <p>For development and benchmarks without the hardware. Where the file really lies on
   * persistent memory the option changes nothing. No environment variable has this effect ({@code
   * PMEM_IS_PMEM_FORCE} of libpmem is not honoured), since durability must not depend on what a
   * process happens to inherit.
   */
  PRETEND
}
