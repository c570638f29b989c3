/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import static dev.atoll.cli.tour.TourFileLayout.COMMIT_AT;
import static dev.atoll.cli.tour.TourFileLayout.PAYLOAD_WORDS;
import static dev.atoll.cli.tour.TourFileLayout.RECORD_BYTES;
import static dev.atoll.cli.tour.TourFileLayout.SUM_AT;
import static dev.atoll.cli.tour.TourFileLayout.WORD;

import dev.atoll.pmem.PmemMapping;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Numbered records, each of which is there whole or not at all. */
final class RecordLog {
  /** The multiplier of Steele, Lea and Flood's SplitMix64: spreads a number over all bits. */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private static final VarHandle WORDS = WORD.varHandle();

  private final MemorySegment records;
  private final long at;

  RecordLog(MemorySegment records, long at) {
    this.records = records;
    this.at = at;
  }

  /**
   * What a look at the whole log found.
   *
   * @param whole records that are committed and intact
   * @param torn records that are committed and not what was written
   */
  record Recovery(long whole, long torn) {}

  long capacity() {
    return records.byteSize() / RECORD_BYTES;
  }

  /** Writes record {@code number}, from 1 on: payload, persist, commit word, persist. */
  void append(PmemMapping mapping, long number) {
    long slot = (number - 1) * RECORD_BYTES;
    for (int word = 0; word < PAYLOAD_WORDS; word++) {
      records.set(WORD, slot + (long) word * Long.BYTES, payload(number, word));
    }
    records.set(WORD, slot + SUM_AT, sum(slot));
    mapping.persist(at + slot, COMMIT_AT);
    mapping.commitLong(at + slot + COMMIT_AT, number);
    mapping.persist(at + slot + COMMIT_AT, Long.BYTES);
  }

  /** The number of the last record, counted from a record that is known to be there. */
  long last(long known) {
    long number = known;
    while (number < capacity() && commit(number * RECORD_BYTES) != 0) {
      number++;
    }
    return number;
  }

  /** Reads every record up to the first that was not committed. */
  Recovery recover() {
    long count = last(0);
    long torn = 0;
    for (long number = 1; number <= count; number++) {
      if (!isWhole(number)) {
        torn++;
      }
    }
    return new Recovery(count - torn, torn);
  }

  private boolean isWhole(long number) {
    long slot = (number - 1) * RECORD_BYTES;
    boolean isSame = commit(slot) == number && records.get(WORD, slot + SUM_AT) == sum(slot);
    for (int word = 0; word < PAYLOAD_WORDS; word++) {
      isSame &= records.get(WORD, slot + (long) word * Long.BYTES) == payload(number, word);
    }
    return isSame;
  }

  /** Acquire, which pairs with the release of {@link PmemMapping#commitLong}. */
  private long commit(long slot) {
    return (long) WORDS.getAcquire(records, slot + COMMIT_AT);
  }

  private long sum(long slot) {
    long sum = GOLDEN;
    for (int word = 0; word < PAYLOAD_WORDS; word++) {
      sum = (sum ^ records.get(WORD, slot + (long) word * Long.BYTES)) * GOLDEN;
    }
    return sum;
  }

  private static long payload(long number, int word) {
    return number * GOLDEN + word;
  }
}
