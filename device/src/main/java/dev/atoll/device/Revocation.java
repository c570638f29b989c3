/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.Notification;
import dev.atoll.link.SignalSlotLayout;
import java.util.List;

/**
 * Takes a segment away from its importers and waits until they have let go.
 *
 * <p>Only an importer's own process can swap its mapping, so each is told and answers from its
 * service thread. The wait is bounded: who does not answer in time is counted as overdue until it
 * answers or dies. Owned by the loop.
 */
final class Revocation {
  private final SegmentIds ids;
  private final AgentPorts ports;
  private final Signalling signalling;
  private final long timeoutNanos;

  Revocation(SegmentIds ids, AgentPorts ports, Signalling signalling, long timeoutNanos) {
    this.ids = ids;
    this.ports = ports;
    this.signalling = signalling;
    this.timeoutNanos = timeoutNanos;
  }

  /** What delivers all signals before an import is revoked. */
  Signalling signalling() {
    return signalling;
  }

  /** Withdraws a published segment; the action runs once no importer holds it any more. */
  void begin(ExportSegmentState export, Runnable whenDone) {
    signalling.finish(export);
    ids.remove(export.segmentId());
    export.setPhase(ExportSegmentState.Phase.UNPUBLISHING);
    export.whenUnpublished().add(whenDone);
    Site.hit("unpublish.withdrawn");
    for (ImportSegmentState each : List.copyOf(export.imports())) {
      if (!each.isGone()) {
        revoke(each);
      }
    }
    if (!finishIfFree(export)) {
      int publication = export.publications();
      ports.after(timeoutNanos, () -> giveUp(export, publication));
    }
  }

  /** Ends one connection: its importer is told to swap its mappings. */
  void revoke(ImportSegmentState each) {
    each.setPhase(ImportSegmentState.Phase.REVOKING);
    each.session().signals().become(each.handle(), SignalSlotLayout.DISCONNECTED);
    each.session().notify(new Notification.Revoke(each.handle()));
    Site.hit("revoke.told");
    if (each.isMediated()) {
      // It holds nothing that it could keep, so nobody needs its answer.
      letGo(each);
    }
  }

  /** An importer has swapped its mapping or has left. */
  void letGo(ImportSegmentState each) {
    if (each.isMoving()) {
      // What moves bytes for it calls again.
      each.setLetGo();
      return;
    }
    if (each.phase() == ImportSegmentState.Phase.REVOKING) {
      each.setPhase(ImportSegmentState.Phase.DISCONNECTED);
      Site.hit("revoke.answered");
    }
    ExportSegmentState export = each.export();
    export.imports().remove(each);
    finishIfFree(export);
  }

  private boolean finishIfFree(ExportSegmentState export) {
    if (export.phase() != ExportSegmentState.Phase.UNPUBLISHING || !export.imports().isEmpty()) {
      return false;
    }
    finish(export);
    return true;
  }

  private static void giveUp(ExportSegmentState export, int publication) {
    if (export.phase() == ExportSegmentState.Phase.UNPUBLISHING
        && export.publications() == publication) {
      export.imports().forEach(ImportSegmentState::setOverdue);
      export.imports().clear();
      finish(export);
    }
  }

  private static void finish(ExportSegmentState export) {
    export.setPhase(ExportSegmentState.Phase.BIND);
    Site.hit("unpublish.finished");
    List<Runnable> actions = List.copyOf(export.whenUnpublished());
    export.whenUnpublished().clear();
    actions.forEach(Runnable::run);
  }
}
