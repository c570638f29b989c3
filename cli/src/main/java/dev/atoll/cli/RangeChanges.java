/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Compares a range of bytes with what it was before. */
final class RangeChanges {
  /** A longer run of changed bytes is told in several pieces. */
  private static final int RUN_BYTES_MAX = 64;

  private static final HexFormat HEX = HexFormat.of();

  private final long offset;
  private byte[] before;

  /**
   * Begins with what is there.
   *
   * @param offset of the first byte
   * @param first the bytes; a copy is kept
   */
  RangeChanges(long offset, byte[] first) {
    this.offset = offset;
    this.before = first.clone();
  }

  /**
   * A run of bytes that have changed.
   *
   * @param offset of the first of them
   * @param was old bytes in hexadecimal
   * @param is new bytes in hexadecimal
   */
  record Change(long offset, String was, String is) {}

  /** Tells what is different now, and remembers it. */
  List<Change> update(byte[] now) {
    List<Change> changes = new ArrayList<>();
    for (int at = Arrays.mismatch(before, now); at >= 0 && at < now.length; ) {
      int end = at;
      while (end < now.length && end - at < RUN_BYTES_MAX && before[end] != now[end]) {
        end++;
      }
      changes.add(
          new Change(offset + at, HEX.formatHex(before, at, end), HEX.formatHex(now, at, end)));
      int next = Arrays.mismatch(before, end, before.length, now, end, now.length);
      at = next < 0 ? -1 : end + next;
    }
    before = now.clone();
    return changes;
  }
}
