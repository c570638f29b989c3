/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** What opening a file did about its blocks. */
public enum Reservation {
  /**
   * Nothing: the file was opened without {@link PmemOption#CREATE}, or is a device, or was large
   * enough and its file system knows no fallocate(2).
   */
  UNTOUCHED,
  /** Every block of the size asked is there; fallocate(2) reserved those that were not. */
  RESERVED,
  /** The file system knows no fallocate(2), so zeros were written to the part that was added. */
  WRITTEN,
  /** Only the size was set. */
  SPARSE
}
