/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A program that appends numbered records, persists each, commits its number, persists that and
 * says so, until it is killed.
 */
final class StoreUntilKilled {
  static final long RECORDS_OFFSET = 4096;
  static final long RECORD_BYTES = 128;
  static final long SIZE = 8 << 20;
  static final long RECORDS = (SIZE - RECORDS_OFFSET) / RECORD_BYTES;

  private StoreUntilKilled() {}

  public static void main(String[] arguments) {
    Path path = Path.of(arguments[0]);
    PmemOption[] options =
        Boolean.parseBoolean(arguments[1])
            ? new PmemOption[] {PmemOption.CREATE, PmemOption.PRETEND}
            : new PmemOption[] {PmemOption.CREATE};
    try (PmemFile file = PmemFile.open(path, SIZE, options);
        PmemMapping mapping = file.map()) {
      System.out.println("ready");
      for (long number = 1; number <= RECORDS; number++) {
        long offset = RECORDS_OFFSET + (number - 1) * RECORD_BYTES;
        for (long word = 0; word < RECORD_BYTES; word += Long.BYTES) {
          mapping.segment().set(ValueLayout.JAVA_LONG, offset + word, number);
        }
        mapping.persist(offset, RECORD_BYTES);
        mapping.commitLong(0, number);
        mapping.persist(0, Long.BYTES);
        System.out.println("durable " + number);
      }
    }
    System.out.println("done");
  }
}
