/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * What a mapping promises, read at one moment: the get-attribute action of SNIA's NVM.PM.FILE mode.
 *
 * @param mode how the pages relate to the file
 * @param granularity the unit of a flush
 * @param interruptedStoreAtomicityBytes an aligned store of this many bytes survives a power
 *     failure whole or not at all; wider ones can tear between such words
 * @param flushUnitBytes what a flush rounds a range to: a cache line or a page; 1 where only a
 *     fence is needed
 * @param fundamentalErrorRangeBytes what becomes unreadable together when the medium fails
 * @param isOptimizedFlushCapable whether a flush needs no system call
 * @param persistenceDomain where durability begins
 * @param isMapSync whether {@code MAP_SYNC} was granted, so that flushing from user space suffices
 * @param isDax whether the file bypasses the page cache: {@code STATX_ATTR_DAX}, or a DAX device;
 *     the bit does not imply {@code isMapSync}
 * @param isPretended whether cache lines are flushed although that makes nothing durable ({@link
 *     PmemOption#PRETEND})
 * @param instruction the instruction that writes a line back, {@code msync} or {@code none}
 * @param fileSystem the file system's name, {@code devdax} for a DAX device
 * @param isVolatileFileSystem whether nothing but memory lies below: msync succeeds there and makes
 *     nothing durable
 * @param hasHoles whether fewer blocks are allocated than the file's size needs
 * @param nonTemporalThresholdBytes from how many bytes on a copy uses non-temporal stores
 * @param isDeep whether every persist is a {@link PmemMapping#deepPersist}
 * @param reason why the granularity is what it is, in a sentence
 */
public record PmemAttributes(
    MapMode mode,
    Granularity granularity,
    long interruptedStoreAtomicityBytes,
    long flushUnitBytes,
    long fundamentalErrorRangeBytes,
    boolean isOptimizedFlushCapable,
    PersistenceDomain persistenceDomain,
    boolean isMapSync,
    boolean isDax,
    boolean isPretended,
    String instruction,
    String fileSystem,
    boolean isVolatileFileSystem,
    boolean hasHoles,
    long nonTemporalThresholdBytes,
    boolean isDeep,
    String reason) {

  /**
   * Tells whether what {@link PmemMapping#persist(long, long)} made durable survives a power
   * failure.
   *
   * @return false on a volatile file system, where it is not known whether the medium keeps
   *     anything (an overlay whose upper layer can't be looked at, a DAX device of ordinary memory;
   *     {@link PmemInfo} says why), in pretend mode and for a private mapping
   */
  public boolean isDurable() {
    return persistenceDomain != PersistenceDomain.NONE;
  }
}
