/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;

/** Cookies in order, a bounded number. */
final class CookieQueue {
  private static final int CAPACITY_MIN = 16;

  private final int bound;
  private long[] cookies = new long[CAPACITY_MIN];
  private int first;
  private int size;

  CookieQueue(int bound) {
    this.bound = bound;
  }

  int size() {
    return size;
  }

  /** Adds one; false if there are too many. */
  @CheckReturnValue
  boolean offer(long cookie) {
    if (size == bound) {
      return false;
    }
    if (size == cookies.length) {
      grow();
    }
    cookies[(first + size) % cookies.length] = cookie;
    size++;
    return true;
  }

  /** Takes the oldest; there is one. */
  long take() {
    long taken = cookies[first];
    first = (first + 1) % cookies.length;
    size--;
    return taken;
  }

  void clear() {
    size = 0;
  }

  private void grow() {
    long[] larger = new long[Math.min(bound, cookies.length * 2)];
    for (int i = 0; i < size; i++) {
      larger[i] = cookies[(first + i) % cookies.length];
    }
    cookies = larger;
    first = 0;
  }
}
