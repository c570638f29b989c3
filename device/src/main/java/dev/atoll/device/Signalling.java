/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a device does with signals: counts them, wakes waiters, answers watches.
 *
 * <p>A signal to the many imports of an export is spread over turns of the loop, so that it holds
 * up nobody else. Owned by the loop.
 */
final class Signalling {
  /** Imports that get a signal in one turn. */
  static final int TARGETS_PER_TURN = 256;

  /** Exports with no more imports are served at once, as often as it is asked for. */
  static final int TARGETS_AT_ONCE = 16;

  /** Long enough for the loop to look at everybody else first, too short to sleep. */
  private static final long NEXT_TURN_NANOS = 2_048;

  private final AgentPorts ports;

  /** Broadcasts under way, who is next first. */
  private final Map<ExportSegmentState, Broadcast> running = new LinkedHashMap<>();

  private boolean isScheduled;

  /**
   * Imports served at once since the last turn: posts in a row must not hold up the loop either.
   */
  private int served;

  Signalling(AgentPorts ports) {
    this.ports = ports;
  }

  void post(ClientSession session, long correlation, Request.SignalPost request) {
    boolean isOnce = (request.flags() & Request.SignalPost.NO_ACCUMULATE) != 0;
    switch (session.handles().find(request.handle())) {
      case null -> {
        session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
        return;
      }
      case ExportSegmentState export -> postToAll(export, isOnce);
      case ImportSegmentState state -> {
        // A signal to where nobody is connected any more is lost without a word.
        if (state.phase() == ImportSegmentState.Phase.CONNECTED) {
          SegmentState target = state.export();
          deliver(target, isOnce && isPending(target) ? 0 : 1);
        }
      }
    }
    session.reply(correlation, new Reply.Done());
  }

  /** Tells the program of the next signal of a handle, or at once of one that it has not taken. */
  void watch(ClientSession session, long correlation, Request.SignalWatch request) {
    SegmentState state = session.handles().find(request.handle());
    if (state == null) {
      session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      return;
    }
    SignalPages pages = session.signals();
    if (isPending(state) || !pages.isLive(state.handle())) {
      var _ = pages.endWatch(state.handle());
      session.notify(new Notification.Signalled(state.handle()));
    } else {
      pages.watch(state.handle());
    }
    session.reply(correlation, new Reply.Done());
  }

  /** A new import must not get the signals that were posted before it connected. */
  void joined(ImportSegmentState state) {
    Broadcast broadcast = running.get(state.export());
    if (broadcast != null) {
      state.setMissed(broadcast.following(), broadcast.following().copy());
    }
  }

  /** Gives everybody what was posted so far; called before imports are revoked. */
  void finish(ExportSegmentState export) {
    Broadcast broadcast = running.remove(export);
    while (broadcast != null && !broadcast.deliver(Integer.MAX_VALUE)) {
      // What came meanwhile is the next round.
    }
  }

  private void postToAll(ExportSegmentState export, boolean isOnce) {
    Broadcast broadcast = running.get(export);
    if (broadcast != null) {
      broadcast.following().add(isOnce);
      return;
    }
    var posts = new Broadcast.Posts();
    posts.add(isOnce);
    var begun = new Broadcast(export, posts);
    int cost = begun.size() <= TARGETS_AT_ONCE ? 0 : Math.min(begun.size(), TARGETS_PER_TURN);
    boolean isAffordable = served + cost <= TARGETS_PER_TURN;
    served += isAffordable ? cost : 0;
    if (!isAffordable || !begun.deliver(TARGETS_PER_TURN)) {
      running.put(export, begun);
      scheduleTurn();
    }
  }

  private void scheduleTurn() {
    if (!isScheduled) {
      isScheduled = true;
      ports.after(NEXT_TURN_NANOS, this::turn);
    }
  }

  private void turn() {
    isScheduled = false;
    served = 0;
    if (running.isEmpty()) {
      return;
    }
    Broadcast broadcast = running.values().iterator().next();
    running.remove(broadcast.export());
    if (!broadcast.deliver(TARGETS_PER_TURN)) {
      running.put(broadcast.export(), broadcast);
    }
    if (!running.isEmpty()) {
      scheduleTurn();
    }
  }

  static boolean isPending(SegmentState target) {
    return target.session().signals().isPending(target.handle());
  }

  static void deliver(SegmentState target, int count) {
    if (count == 0) {
      return;
    }
    SignalPages pages = target.session().signals();
    pages.post(target.handle(), count);
    Site.hit("signal.posted");
    if (pages.endWatch(target.handle())) {
      target.session().notify(new Notification.Signalled(target.handle()));
    }
  }
}
