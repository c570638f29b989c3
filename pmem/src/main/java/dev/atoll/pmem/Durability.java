/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * How the stores of a mapping are made durable, chosen once when it is mapped.
 *
 * <p>Implementations get raw addresses that lie inside the mapping and lengths that are positive. A
 * persist is a flush, a fence and a drain; the fence of every implementation also drains, since an
 * sfence (Intel SDM, volume 1, "Persistent memory") and a dsb end only when the flushed lines are
 * accepted by the persistence domain.
 */
sealed interface Durability
    permits ByteDurability,
        CacheLineDurability,
        DeepDurability,
        NoDurability,
        ObservedDurability,
        PageDurability {
  /** Starts write-back of the lines or pages that hold a range. */
  void flush(long address, long length);

  /** Orders and completes earlier flushes of the calling thread. */
  void fence();

  /** Flushes, fences and drains. */
  void persist(long address, long length);

  /** Tells whether copying with non-temporal stores saves flushes. */
  boolean isLineFlushed();
}
