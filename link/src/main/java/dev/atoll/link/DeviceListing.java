/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.link.ListingRow.ExportState;
import dev.atoll.link.ListingRow.ImportState;
import dev.atoll.link.ListingRow.OfAccess;
import dev.atoll.link.ListingRow.OfExport;
import dev.atoll.link.ListingRow.OfImport;
import dev.atoll.link.ListingRow.OfSession;
import dev.atoll.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a device holds at one moment: sessions, exports with their access lists, and imports.
 *
 * <p>It travels as a sealed memfd (see {@code docs/formats.md}, "Listing"). Immutable.
 *
 * @param rows sessions first come first; what belongs to a session comes after it
 * @param isCut whether there was more than {@link #ROWS_MAX} rows
 */
public record DeviceListing(List<ListingRow> rows, boolean isCut) {
  /** The most rows a listing has; the device counts no further. */
  public static final int ROWS_MAX = 1 << 16;

  /** Bytes of the longest listing. */
  public static final long BYTES_MAX =
      ListingLayout.HEAD_BYTES + ROWS_MAX * ListingLayout.ROW_BYTES;

  /**
   * Copies the rows.
   *
   * @throws IllegalArgumentException if there are more than {@link #ROWS_MAX}
   */
  public DeviceListing {
    rows = List.copyOf(rows);
    if (rows.size() > ROWS_MAX) {
      throw new IllegalArgumentException("rows=" + rows.size() + " most=" + ROWS_MAX);
    }
  }

  /**
   * Tells how long the listing is in its shared form.
   *
   * @return bytes
   */
  public long sizeBytes() {
    return ListingLayout.HEAD_BYTES + rows.size() * ListingLayout.ROW_BYTES;
  }

  /**
   * Writes the shared form.
   *
   * @param target {@link #sizeBytes()} zero bytes, aligned to 8
   */
  public void write(MemorySegment target) {
    ListingLayout.HEAD_MAGIC.set(target, 0L, ListingLayout.MAGIC);
    ListingLayout.HEAD_VERSION.set(target, 0L, ListingLayout.VERSION);
    ListingLayout.HEAD_ROW_BYTES.set(target, 0L, (int) ListingLayout.ROW_BYTES);
    ListingLayout.HEAD_ROWS.set(target, 0L, (long) rows.size());
    ListingLayout.HEAD_FLAGS.set(target, 0L, isCut ? ListingLayout.IS_CUT : 0);
    long at = ListingLayout.HEAD_BYTES;
    for (ListingRow row : rows) {
      write(target.asSlice(at, ListingLayout.ROW_BYTES), row);
      at += ListingLayout.ROW_BYTES;
    }
  }

  private static void write(MemorySegment slot, ListingRow row) {
    ListingLayout.SESSION_NUMBER.set(slot, 0L, row.session());
    switch (row) {
      case OfSession session -> {
        ListingLayout.KIND.set(slot, 0L, ListingLayout.SESSION);
        pair(slot, session.processId(), session.userId());
        ListingLayout.COUNT.set(slot, 0L, session.descriptors());
      }
      case OfExport export -> {
        ListingLayout.KIND.set(slot, 0L, ListingLayout.EXPORT);
        ListingLayout.STATE.set(slot, 0L, export.state().number());
        ListingLayout.HANDLE.set(slot, 0L, export.handle());
        pair(slot, export.segmentId(), export.mode());
        ListingLayout.SIZE.set(slot, 0L, export.sizeBytes());
        ListingLayout.COUNT.set(slot, 0L, export.importers());
        ListingLayout.FLAGS.set(slot, 0L, export.isPersistent() ? ListingLayout.IS_PERSISTENT : 0);
      }
      case OfAccess access -> {
        ListingLayout.KIND.set(slot, 0L, ListingLayout.ACCESS);
        ListingLayout.HANDLE.set(slot, 0L, access.handle());
        pair(slot, access.entry().nodeId(), access.entry().permission());
      }
      case OfImport imported -> {
        ListingLayout.KIND.set(slot, 0L, ListingLayout.IMPORT);
        ListingLayout.STATE.set(slot, 0L, imported.state().number());
        ListingLayout.HANDLE.set(slot, 0L, imported.handle());
        pair(slot, imported.segmentId(), 0);
        ListingLayout.SIZE.set(slot, 0L, imported.sizeBytes());
        ListingLayout.PEER_SESSION.set(slot, 0L, imported.exporterSession());
        ListingLayout.FLAGS.set(slot, 0L, imported.isOverdue() ? ListingLayout.IS_OVERDUE : 0);
      }
    }
  }

  private static void pair(MemorySegment slot, int first, int second) {
    ListingLayout.FIRST.set(slot, 0L, first);
    ListingLayout.SECOND.set(slot, 0L, second);
  }

  /**
   * Reads the shared form, trusting nothing.
   *
   * @param source private copy of what was received, aligned to 8
   * @return the listing
   * @throws MalformedBlockException if it is none of this version
   */
  public static DeviceListing read(MemorySegment source) {
    if (source.byteSize() < ListingLayout.HEAD_BYTES) {
      throw malformed("of " + source.byteSize() + " bytes is shorter than its head");
    }
    if ((long) ListingLayout.HEAD_MAGIC.get(source, 0L) != ListingLayout.MAGIC) {
      throw malformed("does not begin with its magic");
    }
    int version = (int) ListingLayout.HEAD_VERSION.get(source, 0L);
    int rowBytes = (int) ListingLayout.HEAD_ROW_BYTES.get(source, 0L);
    if (version != ListingLayout.VERSION || rowBytes != ListingLayout.ROW_BYTES) {
      throw malformed("has version " + version + " with rows of " + rowBytes + " bytes");
    }
    long count = (long) ListingLayout.HEAD_ROWS.get(source, 0L);
    int flags = (int) ListingLayout.HEAD_FLAGS.get(source, 0L);
    if (count < 0
        || count > ROWS_MAX
        || source.byteSize() != ListingLayout.HEAD_BYTES + count * ListingLayout.ROW_BYTES
        || (flags & ~ListingLayout.IS_CUT) != 0) {
      throw malformed(
          "says " + count + " rows, flags " + flags + ", in " + source.byteSize() + " bytes");
    }
    List<ListingRow> rows = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      long at = ListingLayout.HEAD_BYTES + i * ListingLayout.ROW_BYTES;
      rows.add(readRow(source.asSlice(at, ListingLayout.ROW_BYTES)));
    }
    return new DeviceListing(rows, flags == ListingLayout.IS_CUT);
  }

  private static ListingRow readRow(MemorySegment slot) {
    long session = (long) ListingLayout.SESSION_NUMBER.get(slot, 0L);
    long handle = (long) ListingLayout.HANDLE.get(slot, 0L);
    int first = (int) ListingLayout.FIRST.get(slot, 0L);
    int second = (int) ListingLayout.SECOND.get(slot, 0L);
    long size = (long) ListingLayout.SIZE.get(slot, 0L);
    int count = (int) ListingLayout.COUNT.get(slot, 0L);
    int flags = (int) ListingLayout.FLAGS.get(slot, 0L);
    int kind = (int) ListingLayout.KIND.get(slot, 0L);
    if ((long) ListingLayout.RESERVED.get(slot, 0L) != 0 || flags < 0 || flags > IS_ANY) {
      throw malformed("has reserved bits set in a row of kind " + kind);
    }
    return switch (kind) {
      case ListingLayout.SESSION -> new OfSession(session, first, second, count);
      case ListingLayout.EXPORT ->
          new OfExport(
              session,
              handle,
              exportState(slot),
              first,
              second,
              size,
              count,
              (flags & ListingLayout.IS_PERSISTENT) != 0);
      case ListingLayout.ACCESS -> new OfAccess(session, handle, new AccessEntry(first, second));
      case ListingLayout.IMPORT ->
          new OfImport(
              session,
              handle,
              importState(slot),
              first,
              size,
              (long) ListingLayout.PEER_SESSION.get(slot, 0L),
              (flags & ListingLayout.IS_OVERDUE) != 0);
      default -> throw malformed("has a row of unknown kind " + kind);
    };
  }

  private static final int IS_ANY = ListingLayout.IS_PERSISTENT | ListingLayout.IS_OVERDUE;

  private static ExportState exportState(MemorySegment slot) {
    int number = (int) ListingLayout.STATE.get(slot, 0L);
    for (ExportState state : ExportState.values()) {
      if (state.number() == number) {
        return state;
      }
    }
    throw unknownState(number);
  }

  private static ImportState importState(MemorySegment slot) {
    int number = (int) ListingLayout.STATE.get(slot, 0L);
    for (ImportState state : ImportState.values()) {
      if (state.number() == number) {
        return state;
      }
    }
    throw unknownState(number);
  }

  private static MalformedBlockException unknownState(int number) {
    return malformed("has a row in unknown state " + number);
  }

  private static MalformedBlockException malformed(String what) {
    return new MalformedBlockException(Errno.EPROTO, 0, "listing " + what);
  }
}
