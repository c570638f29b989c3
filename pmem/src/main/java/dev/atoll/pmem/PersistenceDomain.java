/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** How far a store must travel before a power failure can't take it away. */
public enum PersistenceDomain {
  /** Nowhere: the file lies in volatile memory, or the mapping is private. */
  NONE,
  /** To the storage below the page cache, by msync(2). */
  STORAGE,
  /** To the memory controller (ADR), by a write-back of cache lines. */
  MEMORY_CONTROLLER,
  /** To the processor's cache, which is flushed on power failure (eADR). */
  CPU_CACHE
}
