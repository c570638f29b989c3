/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlotLayout;
import java.util.List;

/** What a device does with import segments. Owned by the loop. */
final class Imports {
  private static final int READ = 0400;
  private static final int WRITE = 0200;

  /** Flag of an export that gives no descriptor away. */
  private static final int MEDIATED = 0x100;

  private final SegmentIds ids;
  private final Revocation revocation;
  private final Rebinding rebinding;
  private final UserAccounts accounts;
  private final int nodeId;

  Imports(
      SegmentIds ids,
      Revocation revocation,
      Rebinding rebinding,
      UserAccounts accounts,
      int nodeId) {
    this.ids = ids;
    this.revocation = revocation;
    this.rebinding = rebinding;
    this.accounts = accounts;
    this.nodeId = nodeId;
  }

  /** The checks stand in the order of the reference, "who may connect". */
  void connect(ClientSession session, long correlation, Request.ImportConnect request) {
    int wanted = request.permission();
    if ((wanted & ~(READ | WRITE)) != 0) {
      refuse(session, correlation, RsmError.PERM_DENIED, "only 0400 and 0200 can be asked for");
      return;
    }
    if (request.nodeId() != nodeId) {
      refuse(
          session,
          correlation,
          RsmError.CTLR_NOT_PRESENT,
          "loopback reaches node " + nodeId + " only, not " + request.nodeId());
      return;
    }
    ExportSegmentState export = ids.find(request.segmentId());
    String id = "id 0x" + Integer.toHexString(request.segmentId());
    if (export == null) {
      refuse(session, correlation, RsmError.SEG_NOT_PUBLISHED, id);
      return;
    }
    int mask = export.maskFor(nodeId);
    if (mask < 0) {
      refuse(session, correlation, RsmError.SEG_NOT_PUBLISHED_TO_NODE, id);
      return;
    }
    int allowed = Identity.rightsOf(session.credentials(), export.session().credentials(), mask);
    if ((wanted & ~allowed) != 0) {
      refuse(session, correlation, RsmError.PERM_DENIED, denial(wanted, allowed));
    } else if (session.handles().isFull()) {
      refuse(
          session,
          correlation,
          RsmError.INSUFFICIENT_RESOURCES,
          "the session holds " + LinkLimits.HANDLES_MAX + " segments, its most");
    } else {
      Reply.Refused fault = accounts.chargeImport(session.credentials().uid());
      if (fault == null) {
        admit(session, correlation, export, wanted);
      } else {
        session.reply(correlation, fault);
      }
    }
  }

  private static String denial(int wanted, int allowed) {
    return "wanted 0"
        + Integer.toOctalString(wanted)
        + ", the exporter allows you 0"
        + Integer.toOctalString(allowed);
  }

  private void admit(
      ClientSession session, long correlation, ExportSegmentState export, int permission) {
    boolean isMediated = isMediated(export, permission);
    var state = new ImportSegmentState(session, export, permission, isMediated);
    long handle = session.handles().add(state);
    state.setHandle(handle);
    export.imports().add(state);
    revocation.signalling().joined(state);
    session.signals().begin(handle);
    Site.hit("connect.granted");
    if (state.holdsMemory()) {
      export.lendTo(session, permission);
    }
    Placement placement = export.placement();
    session.reply(
        correlation,
        new Reply.Connected(
            handle,
            placement.size(),
            placement.fileOffset(),
            placement.isPersistent(),
            permission,
            isMediated),
        state.holdsMemory() ? export.files().forRights(permission) : List.of());
  }

  /**
   * A descriptor can't say "write, not read": a mapping for writing needs both (mmap(2): EACCES).
   * So such a grant goes through the device, as all do of an exporter that asks for it.
   */
  private static boolean isMediated(ExportSegmentState export, int permission) {
    return permission == WRITE
        || (permission != 0 && (export.properties().flags() & MEDIATED) != 0);
  }

  void disconnect(ClientSession session, long correlation, Request.ImportDisconnect request) {
    if (!(session.handles().find(request.handle()) instanceof ImportSegmentState state)) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    accounts.creditImport(session.credentials().uid());
    session.handles().remove(state.handle());
    session.signals().become(state.handle(), SignalSlotLayout.FREE);
    leave(state);
    Site.hit("disconnect.freed");
    session.reply(correlation, new Reply.Done());
  }

  void revoked(ClientSession session, long correlation, Request.Revoked request) {
    // A handle that is gone by now was disconnected meanwhile, which let go of the segment too.
    if (session.handles().find(request.handle()) instanceof ImportSegmentState state
        && state.phase() == ImportSegmentState.Phase.REVOKING) {
      letGo(state);
    }
    session.reply(correlation, new Reply.Done());
  }

  void rebound(ClientSession session, long correlation, Request.Rebound request) {
    // One that is being revoked answers by letting go: this may be about an earlier change.
    if (session.handles().find(request.handle()) instanceof ImportSegmentState state
        && state.phase() == ImportSegmentState.Phase.CONNECTED) {
      rebinding.answered(state);
    }
    session.reply(correlation, new Reply.Done());
  }

  /** From now on the handle may be another segment's. */
  private void leave(ImportSegmentState state) {
    // First of all: an answer may begin the next change of memory, which must not wait for it.
    state.setGone();
    letGo(state);
  }

  private void letGo(ImportSegmentState state) {
    rebinding.answered(state);
    revocation.letGo(state);
  }

  /** The importer's session has ended. */
  void abandon(ImportSegmentState state) {
    accounts.creditImport(state.session().credentials().uid());
    leave(state);
  }

  private static void refuse(
      ClientSession session, long correlation, RsmError error, String detail) {
    session.reply(correlation, Reply.Refused.of(error, detail));
  }
}
