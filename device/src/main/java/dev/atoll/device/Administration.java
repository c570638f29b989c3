/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.AccessEntry;
import dev.atoll.link.DeviceListing;
import dev.atoll.link.ListingRow;
import dev.atoll.link.Reply;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What only the device's owner and root may ask. Owned by the loop.
 *
 * <p>A listing is a snapshot that the loop takes, of at most {@link DeviceListing#ROWS_MAX} rows; a
 * worker writes it to a memfd, seals that and hands it back.
 */
final class Administration {
  /** The memory for writing and for reading, and the control page. */
  private static final int DESCRIPTORS_OF_EXPORT = 3;

  private final Posix posix;
  private final AgentPorts ports;
  private final Set<ClientSession> sessions;

  Administration(Posix posix, AgentPorts ports, Set<ClientSession> sessions) {
    this.posix = posix;
    this.ports = ports;
    this.sessions = sessions;
  }

  /** Whether the program may administer the device; if not it has been refused. */
  boolean admits(ClientSession session, long correlation) {
    int uid = session.credentials().uid();
    if (uid == 0 || uid == posix.effectiveUid()) {
      return true;
    }
    session.reply(
        correlation,
        Reply.Refused.of(Errno.EPERM, "only the device's owner and root may ask for this"));
    return false;
  }

  void list(ClientSession session, long correlation) {
    if (!admits(session, correlation)) {
      return;
    }
    DeviceListing listing = snapshot();
    boolean isTaken =
        ports.work(
            () -> toFile(listing),
            (file, failure) ->
                answer(session, correlation, new Written(listing.sizeBytes(), file, failure)));
    if (!isTaken) {
      session.reply(
          correlation, Reply.Refused.of(Errno.EAGAIN, "the device's workers are busy; try again"));
    }
  }

  void stop(ClientSession session, long correlation) {
    if (!admits(session, correlation)) {
      return;
    }
    if (ports.requestStop()) {
      session.reply(correlation, new Reply.Done());
    } else {
      session.reply(
          correlation,
          Reply.Refused.of(
              Errno.EOPNOTSUPP, "the device lives inside a program; end that program instead"));
    }
  }

  private DeviceListing snapshot() {
    List<ListingRow> rows = new ArrayList<>();
    for (ClientSession session : sessions) {
      int own = rows.size();
      rows.add(rowOf(session, 0));
      session.handles().forEach(each -> add(rows, each));
      rows.set(own, rowOf(session, exportsIn(rows, own)));
      if (rows.size() > DeviceListing.ROWS_MAX) {
        return new DeviceListing(rows.subList(0, DeviceListing.ROWS_MAX), true);
      }
    }
    return new DeviceListing(rows, false);
  }

  private static long exportsIn(List<ListingRow> rows, int from) {
    return rows.subList(from, rows.size()).stream()
        .filter(row -> row instanceof ListingRow.OfExport)
        .count();
  }

  private static ListingRow rowOf(ClientSession session, long exports) {
    return new ListingRow.OfSession(
        session.number(),
        session.credentials().pid(),
        session.credentials().uid(),
        (int) (session.descriptors() + DESCRIPTORS_OF_EXPORT * exports));
  }

  /** One more than fits is kept, which says that the listing is cut. */
  private static void add(List<ListingRow> rows, SegmentState state) {
    if (rows.size() > DeviceListing.ROWS_MAX) {
      return;
    }
    switch (state) {
      case ExportSegmentState export -> {
        rows.add(rowOf(export));
        for (AccessEntry entry : export.accessList()) {
          rows.add(new ListingRow.OfAccess(export.session().number(), export.handle(), entry));
        }
      }
      case ImportSegmentState imported -> rows.add(rowOf(imported));
    }
  }

  private static ListingRow rowOf(ExportSegmentState export) {
    return new ListingRow.OfExport(
        export.session().number(),
        export.handle(),
        switch (export.phase()) {
          case BIND, GONE -> ListingRow.ExportState.BOUND;
          case PUBLISHED -> ListingRow.ExportState.PUBLISHED;
          case UNPUBLISHING -> ListingRow.ExportState.UNPUBLISHING;
        },
        export.segmentId(),
        export.properties().mode(),
        export.properties().size(),
        export.imports().size(),
        export.placement().isPersistent());
  }

  private static ListingRow rowOf(ImportSegmentState imported) {
    return new ListingRow.OfImport(
        imported.session().number(),
        imported.handle(),
        switch (imported.phase()) {
          case CONNECTED -> ListingRow.ImportState.CONNECTED;
          case REVOKING -> ListingRow.ImportState.REVOKING;
          case DISCONNECTED -> ListingRow.ImportState.DISCONNECTED;
        },
        imported.export().segmentId(),
        imported.export().properties().size(),
        imported.export().session().number(),
        imported.isOverdue());
  }

  /** Runs on a worker. */
  private Descriptor toFile(DeviceListing listing) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment image = arena.allocate(listing.sizeBytes(), Long.BYTES);
      listing.write(image);
      return SealedFile.of(posix, "atoll-listing", image);
    }
  }

  private record Written(long size, @Nullable Descriptor file, @Nullable Throwable failure) {}

  private void answer(ClientSession session, long correlation, Written written) {
    Descriptor file = written.file();
    if (file == null) {
      Errno errno = written.failure() instanceof ErrnoException e ? e.errno() : Errno.EIO;
      session.reply(correlation, Reply.Refused.of(errno, String.valueOf(written.failure())));
      return;
    }
    session.reply(correlation, new Reply.Listing(written.size()), List.of(file));
    ports.close(file);
  }
}
