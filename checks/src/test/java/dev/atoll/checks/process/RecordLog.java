/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.atoll.memory.Region;
import java.lang.foreign.MemorySegment;

/**
 * A log of numbered records in the first pages of a region: each is written and persisted, then
 * committed by one aligned word and persisted again. Whatever kills the writer, what was
 * acknowledged is there and whole.
 */
final class RecordLog {
  private static final long COMMITTED = 0;
  private static final long FIRST = 64;
  private static final long RECORD_BYTES = 64;

  private RecordLog() {}

  /** Appends one record; gives its number, from 1. */
  static long append(Region region) {
    MemorySegment memory = region.segment();
    long number = memory.get(JAVA_LONG_UNALIGNED, COMMITTED) + 1;
    long offset = FIRST + (number - 1) * RECORD_BYTES;
    for (long i = 0; i < RECORD_BYTES; i += Long.BYTES) {
      memory.set(JAVA_LONG_UNALIGNED, offset + i, word(number, i));
    }
    region.persist(offset, RECORD_BYTES);
    memory.set(JAVA_LONG_UNALIGNED, COMMITTED, number);
    region.persist(COMMITTED, Long.BYTES);
    return number;
  }

  /** Checks every committed record; gives how many there are. */
  static long verify(MemorySegment memory) {
    long committed = memory.get(JAVA_LONG_UNALIGNED, COMMITTED);
    for (long number = 1; number <= committed; number++) {
      long offset = FIRST + (number - 1) * RECORD_BYTES;
      for (long i = 0; i < RECORD_BYTES; i += Long.BYTES) {
        if (memory.get(JAVA_LONG_UNALIGNED, offset + i) != word(number, i)) {
          throw new AssertionError("record " + number + " is torn at byte " + i);
        }
      }
    }
    return committed;
  }

  private static long word(long number, long index) {
    return number * 0x9E37_79B9_7F4A_7C15L + index;
  }
}
