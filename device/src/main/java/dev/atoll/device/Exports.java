/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.device.ExportSegmentState.Phase;
import dev.atoll.link.AccessEntry;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a device does with export segments. Owned by the loop. */
final class Exports {
  private static final int FILES_LEAST = 2;
  private static final int FILES_MOST = 3;
  private static final int MODE_BITS = 0777;

  /** Every controller there is so far is loopback, whose list has at most one entry. */
  private static final int LOOPBACK_ENTRIES_MAX = 1;

  private final AgentPorts ports;
  private final ExportFileCheck fileCheck;
  private final SegmentIds ids;
  private final Revocation revocation;
  private final long pageSize;
  private final int nodeId;
  private int live;

  Exports(
      AgentPorts ports,
      ExportFileCheck fileCheck,
      SegmentIds ids,
      Revocation revocation,
      Place place) {
    this.ports = ports;
    this.fileCheck = fileCheck;
    this.ids = ids;
    this.revocation = revocation;
    this.pageSize = place.pageSize();
    this.nodeId = place.nodeId();
  }

  /**
   * Where a device is.
   *
   * @param pageSize bytes of a page of this host
   * @param nodeId the node the device is
   */
  record Place(long pageSize, int nodeId) {}

  int live() {
    return live;
  }

  /** Owns the envelope's descriptors: they end in the export or are closed. */
  void create(ClientSession session, Request.Envelope envelope, Request.ExportCreate request) {
    List<Descriptor> offered = envelope.descriptors();
    Reply.Refused fault = findFault(session, request, offered);
    if (fault != null) {
      refuse(session, envelope, fault);
      return;
    }
    Callable<ExportFileCheck.Verdict> check = () -> fileCheck.look(request, offered);
    boolean isTaken =
        ports.work(
            check, (verdict, failure) -> checked(session, envelope, request, verdict, failure));
    if (!isTaken) {
      refuse(
          session,
          envelope,
          Reply.Refused.of(RsmError.INSUFFICIENT_RESOURCES, "the device is busy; try again"));
    }
  }

  private Reply.@Nullable Refused findFault(
      ClientSession session, Request.ExportCreate request, List<Descriptor> offered) {
    if (offered.size() < FILES_LEAST || offered.size() > FILES_MOST) {
      return Reply.Refused.of(RsmError.BAD_ADDR, "two or three descriptors go with an export");
    }
    if (request.size() <= 0 || request.size() > Long.MAX_VALUE - request.fileOffset()) {
      return Reply.Refused.of(RsmError.BAD_LENGTH, "size=" + request.size());
    }
    if (!Ranges.isAligned(request.size(), pageSize)
        || !Ranges.isAligned(request.fileOffset(), pageSize)
        || request.fileOffset() < 0) {
      return Reply.Refused.of(
          RsmError.BAD_MEM_ALIGNMENT,
          "size=" + request.size() + " offset=" + request.fileOffset() + " page=" + pageSize);
    }
    if ((request.mode() & ~MODE_BITS) != 0) {
      return Reply.Refused.of(RsmError.BAD_ACL, "mode=0" + Integer.toOctalString(request.mode()));
    }
    return session.handles().isFull() ? handlesFull() : null;
  }

  private void checked(
      ClientSession session,
      Request.Envelope envelope,
      Request.ExportCreate request,
      ExportFileCheck.@Nullable Verdict verdict,
      @Nullable Throwable failure) {
    Site.hit("export.checked");
    if (verdict == null) {
      refuse(session, envelope, refusalOf(failure));
    } else if (verdict.fault() != null) {
      refuse(session, envelope, verdict.fault());
    } else if (session.isEnded() || session.handles().isFull()) {
      verdict.opened(envelope.descriptors()).forEach(ports::close);
      refuse(session, envelope, handlesFull());
    } else if (verdict.files() != null) {
      admit(session, envelope.correlation(), request, verdict.files());
    }
  }

  private void admit(
      ClientSession session, long correlation, Request.ExportCreate request, ExportFiles files) {
    var export = new ExportSegmentState(session, request, files);
    long handle = session.handles().add(export);
    export.setHandle(handle);
    live++;
    session.signals().begin(handle);
    Site.hit("export.created");
    session.reply(correlation, new Reply.ExportCreated(handle));
  }

  void publish(ClientSession session, long correlation, Request.ExportPublish request) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    Reply.Refused fault = findFault(export, request);
    if (fault != null) {
      session.reply(correlation, fault);
      return;
    }
    int id = request.segmentId() != 0 ? request.segmentId() : ids.assign();
    if (id == 0) {
      session.reply(
          correlation,
          Reply.Refused.of(RsmError.INSUFFICIENT_RESOURCES, "no system-assigned ids are left"));
      return;
    }
    export.publishAs(id, request.accessList());
    ids.put(id, export);
    Site.hit("publish.registered");
    session.reply(correlation, new Reply.Published(id));
  }

  private Reply.@Nullable Refused findFault(
      ExportSegmentState export, Request.ExportPublish request) {
    if (export.phase() != Phase.BIND) {
      return Reply.Refused.of(RsmError.SEG_ALREADY_PUBLISHED, "");
    }
    String id = "id 0x" + Integer.toHexString(request.segmentId());
    if (SegmentIds.isReserved(request.segmentId())) {
      return Reply.Refused.of(RsmError.RESERVED_SEGID, id);
    }
    if (request.accessList().size() > LOOPBACK_ENTRIES_MAX) {
      return Reply.Refused.of(
          RsmError.BAD_ACL,
          request.accessList().size() + " entries; loopback reaches one node and takes one");
    }
    for (AccessEntry entry : request.accessList()) {
      if (!entry.isWellFormed()) {
        return Reply.Refused.of(RsmError.BAD_ACL, entry.toString());
      }
      if (entry.nodeId() != nodeId) {
        return Reply.Refused.of(RsmError.BAD_ACL, "no path to node " + entry.nodeId());
      }
    }
    return ids.isUsed(request.segmentId()) ? Reply.Refused.of(RsmError.SEGID_IN_USE, id) : null;
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
    if (!session.isEnded()) {
      session.signals().become(export.handle(), SignalSlotLayout.FREE);
      session.handles().remove(export.handle());
    }
    Site.hit("destroy.freed");
  }

  private void refuse(ClientSession session, Request.Envelope envelope, Reply.Refused refused) {
    envelope.descriptors().forEach(ports::close);
    session.reply(envelope.correlation(), refused);
  }

  private static Reply.Refused refusalOf(@Nullable Throwable failure) {
    boolean isExhausted =
        failure instanceof ErrnoException e
            && (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE);
    return Reply.Refused.of(
        isExhausted ? RsmError.INSUFFICIENT_RESOURCES : RsmError.BAD_ADDR, String.valueOf(failure));
  }

  private static Reply.Refused handlesFull() {
    return Reply.Refused.of(
        RsmError.INSUFFICIENT_RESOURCES,
        "the session holds " + LinkLimits.HANDLES_MAX + " segments, its most");
  }
}
