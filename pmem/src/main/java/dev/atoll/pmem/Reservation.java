/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** What opening a file did about its blocks. */
public enum Reservation {
  /** Nothing: the file was opened without {@link PmemOption#CREATE}, or is a device. */
  UNTOUCHED,
  /** fallocate(2) reserved every block. */
  RESERVED,
  /** The file system knows no fallocate(2), so zeros were written to the part that was added. */
  WRITTEN,
  /** Only the size was set. */
  SPARSE
}
