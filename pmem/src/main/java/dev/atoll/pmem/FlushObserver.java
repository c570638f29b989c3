/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * Is told of each flush and fence of a mapping, in order, before the call returns; the seam on
 * which a crash simulator compares memory. It costs nothing where none is given.
 */
interface FlushObserver {
  /**
   * Cache lines or pages of a range were written back.
   *
   * @param address first byte
   * @param length bytes, positive
   */
  void flushed(long address, long length);

  /** Earlier flushes were completed. */
  void fenced();
}
