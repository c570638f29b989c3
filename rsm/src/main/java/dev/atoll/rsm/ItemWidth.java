/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** The width of the items of a typed transfer; each is moved by one access of it. */
public enum ItemWidth {
  /** {@code get8} and {@code put8}. */
  BITS_8(Byte.BYTES, ItemTransfers.PUT8, ItemTransfers.GET8),
  /** {@code get16} and {@code put16}. */
  BITS_16(Short.BYTES, ItemTransfers.PUT16, ItemTransfers.GET16),
  /** {@code get32} and {@code put32}. */
  BITS_32(Integer.BYTES, ItemTransfers.PUT32, ItemTransfers.GET32),
  /** {@code get64} and {@code put64}. */
  BITS_64(Long.BYTES, ItemTransfers.PUT64, ItemTransfers.GET64);

  private final int bytes;
  private final String putName;
  private final String getName;

  ItemWidth(int bytes, String putName, String getName) {
    this.bytes = bytes;
    this.putName = putName;
    this.getName = getName;
  }

  /**
   * Tells the size of an item, which is also its alignment.
   *
   * @return 1, 2, 4 or 8
   */
  public int bytes() {
    return bytes;
  }

  String putName() {
    return putName;
  }

  String getName() {
    return getName;
  }
}
