/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.device.ExportSegmentState.Phase;
import dev.atoll.link.AccessEntry;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlotLayout;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What a device does with export segments. Owned by the loop. */
final class Exports {
  /** RSM_ALLOW_REBIND and RSM_CREATE_SEG_DONTWAIT. */
  private static final int FLAGS = 0x103;

  private static final int MODE_BITS = 0777;

  /** No handle has generation zero. */
  private static final long NO_HANDLE = 0;

  /** Every controller there is so far is loopback, whose list has at most one entry. */
  private static final int LOOPBACK_ENTRIES_MAX = 1;

  private final AgentPorts ports;
  private final Offers offers;
  private final UserAccounts accounts;
  private final LentMemory lent;
  private final SegmentIds ids;
  private final Revocation revocation;
  private final int nodeId;
  private int live;

  Exports(Parts parts, SegmentIds ids, Revocation revocation, int nodeId) {
    this.ports = parts.ports();
    this.offers = parts.offers();
    this.accounts = parts.accounts();
    this.lent = parts.lent();
    this.ids = ids;
    this.revocation = revocation;
    this.nodeId = nodeId;
  }

  /**
   * What exports are made with.
   *
   * @param ports what is done elsewhere than on the loop
   * @param offers who looks at the files
   * @param accounts who counts what users have
   * @param lent who remembers what memory was lent
   */
  record Parts(AgentPorts ports, Offers offers, UserAccounts accounts, LentMemory lent) {}

  int live() {
    return live;
  }

  /** Owns the envelope's descriptors: they end in the export or are closed. */
  void create(ClientSession session, Request.Envelope envelope, Request.ExportCreate request) {
    take(session, envelope, request, export -> session.handles().add(export), 0);
  }

  /** As {@link #create}, under the handle the export had with an earlier device. */
  void resume(ClientSession session, Request.Envelope envelope, Request.ExportResume resume) {
    take(
        session,
        envelope,
        resume.create(),
        export -> session.handles().addAt(resume.handle(), export) ? resume.handle() : NO_HANDLE,
        resume.posted());
  }

  private void take(
      ClientSession session,
      Request.Envelope envelope,
      Request.ExportCreate request,
      ToLongFunction<ExportSegmentState> listing,
      int posted) {
    Reply.Refused fault = findFault(session, request);
    if (fault != null) {
      offers.refuse(session, envelope, fault);
      return;
    }
    offers.check(
        session,
        envelope,
        Placement.of(request),
        files ->
            admit(
                new ExportSegmentState(session, request, files, lent),
                envelope.correlation(),
                listing,
                posted));
  }

  private static Reply.@Nullable Refused findFault(
      ClientSession session, Request.ExportCreate request) {
    if ((request.mode() & ~MODE_BITS) != 0) {
      return Reply.Refused.of(RsmError.BAD_ACL, "mode=0" + Integer.toOctalString(request.mode()));
    }
    if ((request.flags() & ~FLAGS) != 0) {
      return Reply.Refused.of(
          RsmError.UNSUPPORTED_OPERATION, "flags=0x" + Integer.toHexString(request.flags()));
    }
    return session.handles().isFull() ? handlesFull() : null;
  }

  private void admit(
      ExportSegmentState export,
      long correlation,
      ToLongFunction<ExportSegmentState> listing,
      int posted) {
    ClientSession session = export.session();
    int uid = session.credentials().uid();
    long size = export.properties().size();
    Reply.Refused fault =
        session.isEnded() || session.handles().isFull()
            ? handlesFull()
            : accounts.chargeExport(uid, size);
    long handle = fault == null ? listing.applyAsLong(export) : NO_HANDLE;
    if (fault == null && handle == NO_HANDLE) {
      accounts.creditExport(uid, size);
      fault = Reply.Refused.of(RsmError.BAD_SEG_HNDL, "the handle is in use");
    }
    if (fault != null) {
      export.files().closeBy(ports);
      session.reply(correlation, fault);
      return;
    }
    export.setHandle(handle);
    live++;
    session.signals().resume(handle, posted);
    Site.hit("export.created");
    session.reply(correlation, new Reply.ExportCreated(handle));
  }

  void publish(ClientSession session, long correlation, Request.ExportPublish request) {
    publish(session, correlation, request, false);
  }

  /** As {@link #publish}, also under an id that an earlier device of the directory assigned. */
  void resume(ClientSession session, long correlation, Request.PublishResume resume) {
    var request =
        new Request.ExportPublish(resume.handle(), resume.segmentId(), resume.accessList());
    publish(session, correlation, request, ids.assigned().isInherited(resume.segmentId()));
  }

  private void publish(
      ClientSession session, long correlation, Request.ExportPublish request, boolean isInherited) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    Reply.Refused fault = findFault(export, request, isInherited);
    if (fault != null) {
      session.reply(correlation, fault);
      return;
    }
    int id = request.segmentId() != 0 ? request.segmentId() : ids.assigned().assign();
    if (id == 0) {
      session.reply(
          correlation,
          Reply.Refused.of(
              RsmError.INSUFFICIENT_RESOURCES,
              "no system-assigned id is left; try again, or choose one"));
      return;
    }
    export.publishAs(id, request.accessList());
    ids.put(id, export);
    Site.hit("publish.registered");
    session.reply(correlation, new Reply.Published(id));
  }

  private Reply.@Nullable Refused findFault(
      ExportSegmentState export, Request.ExportPublish request, boolean isInherited) {
    if (export.phase() != Phase.BIND) {
      return Reply.Refused.of(RsmError.SEG_ALREADY_PUBLISHED, "");
    }
    String id = "id 0x" + Integer.toHexString(request.segmentId());
    if (!isInherited && SegmentIds.isReserved(request.segmentId())) {
      return Reply.Refused.of(RsmError.RESERVED_SEGID, id);
    }
    Reply.Refused fault = findFault(request.accessList());
    if (fault != null) {
      return fault;
    }
    return ids.isUsed(request.segmentId()) ? Reply.Refused.of(RsmError.SEGID_IN_USE, id) : null;
  }

  private Reply.@Nullable Refused findFault(List<AccessEntry> accessList) {
    if (accessList.size() > LOOPBACK_ENTRIES_MAX) {
      return Reply.Refused.of(
          RsmError.BAD_ACL,
          accessList.size() + " entries; loopback reaches one node and takes one");
    }
    for (AccessEntry entry : accessList) {
      if (!entry.isWellFormed()) {
        return Reply.Refused.of(RsmError.BAD_ACL, entry.toString());
      }
      if (entry.nodeId() != nodeId) {
        return Reply.Refused.of(RsmError.BAD_ACL, "no path to node " + entry.nodeId());
      }
    }
    return null;
  }

  void republish(ClientSession session, long correlation, Request.ExportRepublish request) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    if (export.phase() != Phase.PUBLISHED) {
      session.reply(correlation, Reply.Refused.of(RsmError.SEG_NOT_PUBLISHED, ""));
      return;
    }
    Reply.Refused fault = findFault(request.accessList());
    if (fault == null) {
      export.republish(request.accessList());
      Site.hit("republish.done");
    }
    session.reply(correlation, fault == null ? new Reply.Done() : fault);
  }

  void unpublish(ClientSession session, long correlation, Request.ExportUnpublish request) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
    } else if (export.phase() != Phase.PUBLISHED) {
      session.reply(correlation, Reply.Refused.of(RsmError.SEG_NOT_PUBLISHED, ""));
    } else {
      revocation.begin(export, () -> session.reply(correlation, new Reply.Done()));
    }
  }

  void destroy(ClientSession session, long correlation, Request.ExportDestroy request) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    if (correlation == LinkLimits.UNANSWERED && export.whenUnpublished().size() > 1) {
      // One withdrawal waits, so the rest are destroys, and one more would change nothing.
      return;
    }
    Runnable finish =
        () -> {
          free(export);
          session.reply(correlation, new Reply.Done());
        };
    withdraw(export, finish);
  }

  /** The exporter's session has ended: nobody waits, but importers must let go all the same. */
  void abandon(ExportSegmentState export) {
    withdraw(export, () -> free(export));
  }

  private void withdraw(ExportSegmentState export, Runnable finish) {
    switch (export.phase()) {
      case PUBLISHED -> revocation.begin(export, finish);
      case UNPUBLISHING -> export.whenUnpublished().add(finish);
      case BIND, GONE -> finish.run();
    }
  }

  private void free(ExportSegmentState export) {
    if (export.phase() == Phase.GONE) {
      return;
    }
    export.setPhase(Phase.GONE);
    export.files().closeBy(ports);
    live--;
    ClientSession session = export.session();
    accounts.creditExport(session.credentials().uid(), export.placement().size());
    if (!session.isEnded()) {
      session.signals().become(export.handle(), SignalSlotLayout.FREE);
      session.handles().remove(export.handle());
    }
    Site.hit("destroy.freed");
  }

  private static Reply.Refused handlesFull() {
    return Reply.Refused.of(
        RsmError.INSUFFICIENT_RESOURCES,
        "the session holds " + LinkLimits.HANDLES_MAX + " segments, its most");
  }
}
