/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts other memory behind an export and waits until its importers show it. Owned by the loop.
 *
 * <p>The exporter gets its answer only when nobody uses the old memory any more. An importer that
 * does not answer in time loses its connection, since it would go on with memory that is no longer
 * the segment's.
 */
final class Rebinding {
  /** Changes of one export's memory that may wait for the one under way. */
  private static final int WAITING_MAX = 16;

  private final AgentPorts ports;
  private final Offers offers;
  private final UserAccounts accounts;
  private final Revocation revocation;
  private final long timeoutNanos;

  Rebinding(Parts parts, Revocation revocation, long timeoutNanos) {
    this.ports = parts.ports();
    this.offers = parts.offers();
    this.accounts = parts.accounts();
    this.revocation = revocation;
    this.timeoutNanos = timeoutNanos;
  }

  /**
   * What memory is changed with.
   *
   * @param ports what is done elsewhere than on the loop
   * @param offers who looks at the files
   * @param accounts who counts what users have
   */
  record Parts(AgentPorts ports, Offers offers, UserAccounts accounts) {}

  /** Takes the request; owns the envelope's descriptors. */
  void request(ClientSession session, Request.Envelope envelope, Request.ExportRebind request) {
    Reply.Refused fault = findFault(session, request);
    if (fault != null) {
      offers.refuse(session, envelope, fault);
      return;
    }
    offers.check(
        session,
        envelope,
        Placement.of(request),
        files -> checked(session, envelope.correlation(), request, files));
  }

  private void checked(
      ClientSession session, long correlation, Request.ExportRebind request, ExportFiles files) {
    // Much may have happened while the worker looked.
    Reply.Refused fault = findFault(session, request);
    if (fault != null || session.isEnded()) {
      files.closeBy(ports);
      session.reply(correlation, fault == null ? new Reply.Done() : fault);
    } else if (session.handles().find(request.handle()) instanceof ExportSegmentState export) {
      Consumer<Reply> answer = reply -> session.reply(correlation, reply);
      Reply.Refused refusal = beginOrRefuse(export, Placement.of(request), files, answer);
      if (refusal != null) {
        files.closeBy(ports);
        session.reply(correlation, refusal);
      }
    }
  }

  /** Old and new files are open, until the old ones are closed. */
  private Reply.@Nullable Refused beginOrRefuse(
      ExportSegmentState export, Placement placement, ExportFiles files, Consumer<Reply> answer) {
    if (export.whenRebound().size() >= WAITING_MAX) {
      return Reply.Refused.of(
          RsmError.INSUFFICIENT_RESOURCES,
          WAITING_MAX + " changes of the segment's memory wait already");
    }
    int uid = export.session().credentials().uid();
    Reply.Refused refusal = accounts.chargeRebind(uid);
    if (refusal == null) {
      Consumer<Reply> whenDone =
          reply -> {
            accounts.creditRebind(uid);
            answer.accept(reply);
          };
      begin(export, placement, files, whenDone);
    }
    return refusal;
  }

  private static Reply.@Nullable Refused findFault(
      ClientSession session, Request.ExportRebind request) {
    if (!(session.handles().find(request.handle()) instanceof ExportSegmentState export)) {
      return Reply.Refused.of(RsmError.BAD_SEG_HNDL, "");
    }
    if (!export.isRebindAllowed()) {
      return Reply.Refused.of(
          RsmError.REBIND_NOT_ALLOWED, "it was created without RSM_ALLOW_REBIND");
    }
    if (request.size() != export.placement().size()) {
      return Reply.Refused.of(
          RsmError.BAD_LENGTH,
          "size=" + request.size() + ", the segment has " + export.placement().size());
    }
    return null;
  }

  /** Swaps; the action runs once the old files are closed. One swap of an export at a time. */
  private void begin(
      ExportSegmentState export, Placement placement, ExportFiles files, Consumer<Reply> whenDone) {
    if (export.rebind() != null) {
      export.whenRebound().add(() -> begin(export, placement, files, whenDone));
      return;
    }
    if (export.phase() == ExportSegmentState.Phase.GONE) {
      // It was destroyed while this change waited.
      files.closeBy(ports);
      whenDone.accept(Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    var swap = new Swap(export.files(), whenDone);
    export.setRebind(swap);
    export.setMemory(placement, files);
    Site.hit("rebind.swapped");
    for (ImportSegmentState each : List.copyOf(export.imports())) {
      tell(export, swap, each);
    }
    if (!finishIfDone(export)) {
      ports.after(timeoutNanos, () -> giveUp(export, swap));
    }
  }

  private void tell(ExportSegmentState export, Swap swap, ImportSegmentState each) {
    if (each.rebound()) {
      // Bytes that the device moves for it are on their way to the old memory.
      swap.waiting().add(each);
    }
    if (isLettingGo(each)) {
      swap.waiting().add(each);
    }
    boolean isConnected = each.phase() == ImportSegmentState.Phase.CONNECTED && !each.isGone();
    if (!isConnected || !each.holdsMemory()) {
      return;
    }
    Placement placement = export.placement();
    var told =
        new Notification.Rebind(each.handle(), placement.fileOffset(), placement.isPersistent());
    swap.waiting().add(each);
    export.lendTo(each.session(), each.permission());
    if (each.session().notify(told, export.files().forRights(each.permission()))) {
      Site.hit("rebind.told");
    } else {
      // It is waited for all the same: it shows the old memory until it has let go.
      revocation.revoke(each);
    }
  }

  /** It was told to let go and still has time for it: until it does it may show the old memory. */
  private static boolean isLettingGo(ImportSegmentState each) {
    return each.phase() == ImportSegmentState.Phase.REVOKING
        && each.holdsMemory()
        && !each.isOverdue()
        && !each.isGone();
  }

  /** An importer shows the new memory, or has let go of the segment. */
  void answered(ImportSegmentState each) {
    ExportSegmentState export = each.export();
    Swap swap = export.rebind();
    if (swap != null && !each.isMovingOld() && swap.waiting().remove(each)) {
      Site.hit("rebind.answered");
      finishIfDone(export);
    }
  }

  private void giveUp(ExportSegmentState export, Swap swap) {
    if (export.rebind() != swap) {
      return;
    }
    for (ImportSegmentState each : List.copyOf(swap.waiting())) {
      boolean isLate = isLettingGo(each);
      if (each.phase() == ImportSegmentState.Phase.CONNECTED && !each.isGone()) {
        each.setOverdue();
        revocation.revoke(each);
      } else if (isLate) {
        each.setOverdue();
      }
    }
    swap.waiting().clear();
    finishIfDone(export);
  }

  private boolean finishIfDone(ExportSegmentState export) {
    Swap swap = export.rebind();
    if (swap == null || !swap.waiting().isEmpty()) {
      return swap == null;
    }
    export.setRebind(null);
    swap.old().closeBy(ports);
    Site.hit("rebind.finished");
    swap.whenDone().accept(new Reply.Done());
    List<Runnable> next = List.copyOf(export.whenRebound());
    export.whenRebound().clear();
    next.forEach(Runnable::run);
    return true;
  }

  /** A swap under way. */
  static final class Swap {
    private final ExportFiles old;
    private final Consumer<Reply> whenDone;
    private final Set<ImportSegmentState> waiting = new LinkedHashSet<>();

    Swap(ExportFiles old, Consumer<Reply> whenDone) {
      this.old = old;
      this.whenDone = whenDone;
    }

    /** The files that importers may still have mapped. */
    ExportFiles old() {
      return old;
    }

    /** Runs when none has. */
    Consumer<Reply> whenDone() {
      return whenDone;
    }

    /** Importers that have not answered. */
    Set<ImportSegmentState> waiting() {
      return waiting;
    }
  }
}
