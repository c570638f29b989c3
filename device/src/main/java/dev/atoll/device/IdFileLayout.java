/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The id file: which system-assigned segment ids a device has promised, version 1, little-endian.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | magic "ATOLLIDS"                      |   0
 *   +-------------------+-------------------+
 *   | version           | reserved, zero    |   8
 *   +-------------------+-------------------+
 *   | end: the first id never promised      |  16
 *   +---------------------------------------+
 *   | complement: every bit of end inverted |  24
 *   +---------------------------------------+
 * </pre>
 *
 * <p>Writers: the device that holds the directory's lock; the file is made anew under another name
 * and renamed, so that a reader sees an old or a new one.
 */
final class IdFileLayout {
  static final int BYTES = 32;

  /** {@code ATOLLIDS} read as a little-endian word. */
  static final long MAGIC = 0x5344_494c_4c4f_5441L;

  static final int VERSION = 1;

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final StructLayout FILE =
      MemoryLayout.structLayout(
          U64.withName("magic"),
          U32.withName("version"),
          U32.withName("reserved"),
          U64.withName("end"),
          U64.withName("complement"));

  static final int MAGIC_AT = offset("magic");
  static final int VERSION_AT = offset("version");
  static final int RESERVED_AT = offset("reserved");
  static final int END_AT = offset("end");
  static final int COMPLEMENT_AT = offset("complement");

  static {
    if (FILE.byteSize() != BYTES) {
      throw new AssertionError("id file of " + FILE.byteSize() + " bytes");
    }
  }

  private IdFileLayout() {}

  private static int offset(String field) {
    return (int) FILE.byteOffset(PathElement.groupElement(field));
  }
}
