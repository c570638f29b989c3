/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * The attributes of a mapping by name, for {@link PmemMapping#set}; all can be read through {@link
 * PmemMapping#attributes()}.
 *
 * <p>The names follow the attributes of SNIA's NVM.PM.FILE mode, section 10.3 of its programming
 * model. As there, nearly all are read-only.
 */
public enum PmemAttribute {
  /** How the pages relate to the file. */
  MODE(false),
  /** The unit of a flush. */
  GRANULARITY(false),
  /** Bytes of an aligned store that a power failure leaves whole or undone. */
  INTERRUPTED_STORE_ATOMICITY(false),
  /** Bytes that a flush works in. */
  FLUSH_UNIT(false),
  /** Bytes that become unreadable together when the medium fails. */
  FUNDAMENTAL_ERROR_RANGE(false),
  /** Whether a flush needs no system call. */
  OPTIMIZED_FLUSH_CAPABLE(false),
  /** Where durability begins. */
  PERSISTENCE_DOMAIN(false),
  /** Whether {@code MAP_SYNC} was granted. */
  MAP_SYNC(false),
  /** Whether the file is accessed without a page cache. */
  DAX(false),
  /** The instruction that writes a cache line back. */
  INSTRUCTION(false),
  /** The file system. */
  FILE_SYSTEM(false),
  /** From how many bytes on {@link PmemMapping#copy} uses non-temporal stores. */
  NON_TEMPORAL_THRESHOLD(true),
  /** Whether every persist also empties the write-pending queues: 1 or 0. */
  DEEP_FLUSH(true);

  private final boolean isSettable;

  PmemAttribute(boolean isSettable) {
    this.isSettable = isSettable;
  }

  /**
   * Tells whether {@link PmemMapping#set} takes it.
   *
   * @return false for the attributes that describe the medium
   */
  public boolean isSettable() {
    return isSettable;
  }
}
