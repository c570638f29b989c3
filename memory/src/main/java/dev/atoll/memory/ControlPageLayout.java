/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How the control page of a region is laid out, version {@value #VERSION}.
 *
 * <pre>
 *  byte   0              4              8
 *     0   +--------------+--------------+
 *         | magic  "ATOLLCTL"           |   written once, last
 *     8   +--------------+--------------+
 *         | version      | page bytes   |   written once
 *    16   +--------------+--------------+
 *         | reserved, zero              |
 *    64   +--------------+--------------+
 *         | generation   | reserved     |   counts up, release / acquire
 *    72   +--------------+--------------+
 *         | reserved, zero              |
 *   128   +--------------+--------------+
 *         | failed errno | reserved     |   0, then set once by CAS; read by every persist
 *   136   +--------------+--------------+
 *         | reserved, zero              |
 *  4096   +-----------------------------+
 * </pre>
 *
 * <p>All fields are little-endian. Fields that change stand on cache lines of their own.
 */
final class ControlPageLayout {
  static final int VERSION = 1;
  static final int SIZE_BYTES = 4096;

  /** {@code ATOLLCTL} read as a little-endian number. */
  static final long MAGIC = 0x4C54_434C_4C4F_5441L;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          LONG.withName("magic"),
          INT.withName("version"),
          INT.withName("pageBytes"),
          MemoryLayout.paddingLayout(48),
          INT.withName("generation"),
          MemoryLayout.paddingLayout(60),
          INT.withName("failedErrno"),
          MemoryLayout.paddingLayout(3964));

  static final long MAGIC_OFFSET = offset("magic");
  static final long VERSION_OFFSET = offset("version");
  static final long PAGE_BYTES_OFFSET = offset("pageBytes");
  static final long GENERATION_OFFSET = offset("generation");
  static final long FAILED_ERRNO_OFFSET = offset("failedErrno");

  /** Access to an int at a byte offset of a segment. */
  static final VarHandle INTS = INT.varHandle();

  /** Access to a long at a byte offset of a segment. */
  static final VarHandle LONGS = LONG.varHandle();

  static {
    if (LAYOUT.byteSize() != SIZE_BYTES || GENERATION_OFFSET != 64 || FAILED_ERRNO_OFFSET != 128) {
      throw new ExceptionInInitializerError("control page layout is not that of the diagram");
    }
  }

  private ControlPageLayout() {}

  private static long offset(String field) {
    return LAYOUT.byteOffset(PathElement.groupElement(field));
  }
}
