/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How the tour's file is laid out; all numbers are little-endian.
 *
 * <pre>
 *   page 0        header
 *     0  magic     8   the letters ATOLTOUR
 *     8  version   8   1
 *    16  textBytes 8   length of the text
 *    24  logAt     8   byte offset of the record log, on a page
 *    32  records   8   how many records the log can hold
 *   page 1        note: an int with the length, then UTF-8
 *   page 2..17    scratch, on which figures are measured
 *   page 18..     the text, then from logAt on the log
 *
 *   record, 64 bytes
 *     0  payload  48   six words that follow from the number
 *    48  sum       8   checksum of the payload
 *    56  commit    8   the number, from 1 on; 0 means there is no record
 * </pre>
 */
final class TourFileLayout {
  /** Little-endian, whatever the processor. */
  static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final StructLayout HEADER =
      MemoryLayout.structLayout(
          WORD.withName("magic"),
          WORD.withName("version"),
          WORD.withName("textBytes"),
          WORD.withName("logAt"),
          WORD.withName("records"));

  static final long MAGIC_AT = offset("magic");
  static final long VERSION_AT = offset("version");
  static final long TEXT_BYTES_AT = offset("textBytes");
  static final long LOG_AT = offset("logAt");
  static final long RECORDS_AT = offset("records");

  /** The letters ATOLTOUR. */
  static final long MAGIC = 0x52554f544c4f5441L;

  static final long VERSION = 1;
  static final long PAGE_BYTES = 4096;
  static final long NOTE_AT = PAGE_BYTES;
  static final long NOTE_MOST_BYTES = PAGE_BYTES - Integer.BYTES;
  static final long SCRATCH_AT = 2 * PAGE_BYTES;
  static final long SCRATCH_BYTES = 16 * PAGE_BYTES;
  static final long TEXT_AT = SCRATCH_AT + SCRATCH_BYTES;

  static final StructLayout RECORD =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(6, WORD).withName("payload"),
          WORD.withName("sum"),
          WORD.withName("commit"));

  static final int PAYLOAD_WORDS = 6;
  static final long SUM_AT = RECORD.byteOffset(PathElement.groupElement("sum"));
  static final long COMMIT_AT = RECORD.byteOffset(PathElement.groupElement("commit"));
  static final long RECORD_BYTES = 64;

  /** More than the tour writes before it kills the writer. */
  static final long RECORDS = 32_768;

  static {
    if (HEADER.byteSize() != 40 || RECORD.byteSize() != RECORD_BYTES) {
      throw new IllegalStateException("header=" + HEADER + " record=" + RECORD);
    }
  }

  private TourFileLayout() {}

  private static long offset(String name) {
    return HEADER.byteOffset(PathElement.groupElement(name));
  }
}
