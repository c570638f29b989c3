/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

/**
 * The offsets an operation goes through: a part of some memory, again and again.
 *
 * @param from first byte
 * @param window bytes of the part, a multiple of the step
 * @param length bytes of one operation
 * @param step from one operation to the next
 */
record Walk(long from, long window, long length, long step) {
  Walk {
    if (window < step || window % step != 0 || length > step) {
      throw new IllegalArgumentException(
          "window=" + window + " step=" + step + " length=" + length);
    }
  }

  static final long LINE_BYTES = 64;

  /** One operation after the other, each beginning on a line of its own. */
  static Walk of(long from, long window, long length) {
    long step = Math.ceilDiv(length, LINE_BYTES) * LINE_BYTES;
    return new Walk(from, window / step * step, length, step);
  }

  /** The same place again and again. */
  Walk alone() {
    return new Walk(from, step, length, step);
  }

  long next(long offset) {
    long next = offset + step;
    return next == from + window ? from : next;
  }
}
