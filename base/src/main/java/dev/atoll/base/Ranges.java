/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

/** Range and alignment arithmetic that cannot overflow, written once. */
public final class Ranges {
  private Ranges() {}

  /**
   * Refuses a range that does not lie inside a whole.
   *
   * @param offset first byte of the range
   * @param length bytes in the range; zero is legal
   * @param size bytes in the whole
   * @throws IndexOutOfBoundsException if any part of the range lies outside, with all three numbers
   */
  public static void check(long offset, long length, long size) {
    if (!contains(offset, length, size)) {
      throw new IndexOutOfBoundsException(
          "offset=" + offset + " length=" + length + " lies outside size=" + size);
    }
  }

  /**
   * Tells whether a range lies inside a whole, for any values including hostile ones.
   *
   * @param offset first byte of the range
   * @param length bytes in the range; zero is legal
   * @param size bytes in the whole
   * @return true if {@code 0 <= offset}, {@code 0 <= length} and the end is not beyond {@code size}
   */
  public static boolean contains(long offset, long length, long size) {
    return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
  }

  /**
   * Rounds down to a multiple of a power of two.
   *
   * @param value the value
   * @param granule a power of two
   * @return the greatest multiple that is not above the value
   */
  public static long alignDown(long value, long granule) {
    return value & -granule;
  }

  /**
   * Rounds up to a multiple of a power of two.
   *
   * @param value the value, not negative
   * @param granule a power of two
   * @return the least multiple that is not below the value
   * @throws ArithmeticException if the result does not fit a long
   */
  public static long alignUp(long value, long granule) {
    return Math.addExact(value, granule - 1) & -granule;
  }

  /**
   * Tells whether a value is a multiple of a power of two.
   *
   * @param value the value
   * @param granule a power of two
   * @return true if nothing is left over
   */
  public static boolean isAligned(long value, long granule) {
    return (value & (granule - 1)) == 0;
  }
}
