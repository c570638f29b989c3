/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The listing: what a device holds, row by row, version 1, little-endian.
 *
 * <p>A sealed memfd that the device makes for one answer and nobody can write to afterwards: a head
 * of 64 bytes, then rows of 64 bytes. Reserved fields are zero and checked.
 *
 * <pre>
 *   head
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | magic  "ATOLLLST"                     |   0
 *   +-------------------+-------------------+
 *   | version           | bytes of a row    |   8
 *   +-------------------+-------------------+
 *   | rows                                  |  16
 *   +-------------------+-------------------+
 *   | flags             | reserved          |  24 .. 63
 *   +-------------------+-------------------+
 *
 *   row
 *   +-------------------+-------------------+
 *   | kind              | state             |   0
 *   +-------------------+-------------------+
 *   | session                               |   8
 *   +-------------------+-------------------+
 *   | handle                                |  16
 *   +-------------------+-------------------+
 *   | first             | second            |  24
 *   +-------------------+-------------------+
 *   | size                                  |  32
 *   +-------------------+-------------------+
 *   | peer session                          |  40
 *   +-------------------+-------------------+
 *   | count             | flags             |  48
 *   +-------------------+-------------------+
 *   | reserved                              |  56
 *   +---------------------------------------+
 * </pre>
 *
 * <p>What a kind does not name is zero:
 *
 * <ul>
 *   <li>{@code 1} session: first = process id, second = user id, count = descriptors
 *   <li>{@code 2} export: state = number of {@link ListingRow.ExportState}, first = segment id or
 *       0, second = mode, size = bytes, count = importers, flags bit 0 = persistent
 *   <li>{@code 3} access, after the export it belongs to: first = node id, second = permission
 *   <li>{@code 4} import: state = number of {@link ListingRow.ImportState}, first = segment id,
 *       size = bytes, peer session = the exporter's, flags bit 1 = overdue
 * </ul>
 */
final class ListingLayout {
  static final long MAGIC = 0x54534C4C4C4F5441L;
  static final int VERSION = 1;
  static final long HEAD_BYTES = 64;
  static final long ROW_BYTES = 64;

  static final int SESSION = 1;
  static final int EXPORT = 2;
  static final int ACCESS = 3;
  static final int IMPORT = 4;

  static final int IS_CUT = 1;
  static final int IS_PERSISTENT = 1;
  static final int IS_OVERDUE = 2;

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final StructLayout HEAD =
      MemoryLayout.structLayout(
          U64.withName("magic"),
          U32.withName("version"),
          U32.withName("rowBytes"),
          U64.withName("rows"),
          U32.withName("flags"),
          MemoryLayout.paddingLayout(36));

  private static final StructLayout ROW =
      MemoryLayout.structLayout(
          U32.withName("kind"),
          U32.withName("state"),
          U64.withName("session"),
          U64.withName("handle"),
          U32.withName("first"),
          U32.withName("second"),
          U64.withName("size"),
          U64.withName("peerSession"),
          U32.withName("count"),
          U32.withName("flags"),
          U64.withName("reserved"));

  static final VarHandle HEAD_MAGIC = HEAD.varHandle(PathElement.groupElement("magic"));
  static final VarHandle HEAD_VERSION = HEAD.varHandle(PathElement.groupElement("version"));
  static final VarHandle HEAD_ROW_BYTES = HEAD.varHandle(PathElement.groupElement("rowBytes"));
  static final VarHandle HEAD_ROWS = HEAD.varHandle(PathElement.groupElement("rows"));
  static final VarHandle HEAD_FLAGS = HEAD.varHandle(PathElement.groupElement("flags"));

  static final VarHandle KIND = row("kind");
  static final VarHandle STATE = row("state");
  static final VarHandle SESSION_NUMBER = row("session");
  static final VarHandle HANDLE = row("handle");
  static final VarHandle FIRST = row("first");
  static final VarHandle SECOND = row("second");
  static final VarHandle SIZE = row("size");
  static final VarHandle PEER_SESSION = row("peerSession");
  static final VarHandle COUNT = row("count");
  static final VarHandle FLAGS = row("flags");
  static final VarHandle RESERVED = row("reserved");

  static {
    if (HEAD.byteSize() != HEAD_BYTES || ROW.byteSize() != ROW_BYTES) {
      throw new AssertionError("head " + HEAD.byteSize() + " row " + ROW.byteSize());
    }
  }

  private ListingLayout() {}

  private static VarHandle row(String field) {
    return ROW.varHandle(PathElement.groupElement(field));
  }
}
