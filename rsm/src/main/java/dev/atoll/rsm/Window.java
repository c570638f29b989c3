/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import java.lang.foreign.MemorySegment;

/**
 * The part of a segment that get and put reach, as one immutable value so that a transfer reads it
 * once.
 *
 * @param memory the mapped bytes
 * @param base offset of the first of them in the segment
 * @param length how many
 * @param isReadable whether get may use it
 * @param isWritable whether put may use it
 */
record Window(
    MemorySegment memory, long base, long length, boolean isReadable, boolean isWritable) {
  boolean contains(long offset, long count) {
    long inside = offset - base;
    return offset >= base && count <= length && inside <= length - count;
  }
}
