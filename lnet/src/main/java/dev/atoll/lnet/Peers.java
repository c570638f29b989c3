/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a node, bounded: those that it asked for, and strangers that came by themselves, of
 * which idle ones make room for new ones.
 *
 * <p>Knows who is connected, and how long one that can not be reached is left alone. Belongs to the
 * loop.
 */
final class Peers implements PrimaryNids {
  /** How many strangers are looked at for one that can be forgotten. */
  private static final int LOOKS = 64;

  private final EventLoop loop;
  private final LnetSettings settings;
  private final LnetListener listener;
  private final PeerTable table = new PeerTable();
  private @Nullable PeerWatcher watcher;

  Peers(EventLoop loop, LnetSettings settings, LnetListener listener) {
    this.loop = loop;
    this.settings = settings;
    this.listener = listener;
  }

  /** Says who must know of changes first; once. */
  void watcher(PeerWatcher first) {
    this.watcher = first;
  }

  PeerTable table() {
    return table;
  }

  @Nullable Peer find(Nid nid, int pid) {
    return table.find(nid, pid);
  }

  /** Finds or makes a peer that somebody here wants; null if there are too many. */
  @Nullable Peer wanted(Nid nid, int pid) {
    Peer known = table.find(nid, pid);
    if (known != null) {
      table.adopt(known);
      return known;
    }
    return make(new ProcessId(nid, pid), false);
  }

  /** Finds or makes the peer that an answer goes to; null if there are too many. */
  @Nullable Peer known(ProcessId id) {
    Peer known = table.find(id.nid(), id.pid());
    return known != null ? known : make(id, true);
  }

  /** Notes that a peer was heard; null if there is no room to remember it. */
  @Nullable Peer heard(ProcessId id) {
    Peer peer = known(id);
    if (peer != null) {
      table.touch(peer);
    }
    return peer;
  }

  private @Nullable Peer make(ProcessId id, boolean isStranger) {
    if (isStranger && table.strangers() >= settings.strangerLimit() && !forgetStranger()) {
      return null;
    }
    if (table.size() >= settings.peerLimit() && !forgetStranger()) {
      return null;
    }
    Peer made = new Peer(id, settings.peerCredits());
    made.isStranger = isStranger;
    table.add(made);
    return made;
  }

  /** Forgets the stranger that was silent for longest, unless the last few all have work. */
  private boolean forgetStranger() {
    Peer each = table.oldestStranger();
    for (int looks = 0; each != null && looks < LOOKS; looks++) {
      if (each.isIdle(settings.peerCredits())) {
        forget(each);
        return true;
      }
      each = each.newer;
    }
    return false;
  }

  /** Takes a peer out of the table; its queues are the caller's. */
  void forget(Peer peer) {
    table.remove(peer);
    watch().forgotten(peer);
  }

  @Override
  public Nid primary(Nid nid) {
    Peer peer = table.find(nid, ProcessId.LUSTRE_PID);
    return peer == null ? nid : peer.findings.primaryNid;
  }

  void up(ProcessId id, long incarnation) {
    Peer peer = heard(id);
    if (peer == null) {
      listener.peerUp(id);
      return;
    }
    boolean isAnother = peer.incarnation != 0 && peer.incarnation != incarnation;
    peer.incarnation = incarnation;
    peer.link = PeerLink.UP;
    peer.failedAttempts = 0;
    if (isAnother) {
      watch().restarted(peer);
      listener.peerRestarted(id, incarnation);
    }
    listener.peerUp(id);
    watch().up(peer);
  }

  void down(ProcessId id, int status) {
    Peer peer = table.find(id.nid(), id.pid());
    if (peer != null) {
      boolean wasUp = peer.link == PeerLink.UP;
      peer.link = PeerLink.DOWN;
      if (!wasUp && status != 0) {
        backOff(peer);
      }
      watch().down(peer, status);
    }
    listener.peerDown(id, status);
  }

  /** A peer that was there a moment ago is tried at once; one that could not be reached is not. */
  private void backOff(Peer peer) {
    int doublings = Math.min(peer.failedAttempts, Long.SIZE / 2);
    long most = settings.backOffMaxNanos();
    long delay = settings.backOffNanos();
    for (int i = 0; i < doublings && delay < most; i++) {
      delay *= 2;
    }
    peer.failedAttempts++;
    peer.backOffUntilNanos = loop.nanos() + Math.min(delay, most);
  }

  List<PeerStatus> statuses() {
    var list = new ArrayList<PeerStatus>();
    table.forEach(each -> list.add(status(each)));
    list.sort((one, other) -> one.id().compareTo(other.id()));
    return list;
  }

  PeerStatus status(Peer peer) {
    Findings found = peer.findings;
    int waiting = peer.queue.size() + peer.undiscovered.size();
    return new PeerStatus(
        peer.id,
        found.primaryNid,
        List.copyOf(found.nids),
        peer.link,
        peer.incarnation,
        peer.isConfigured,
        found.state,
        found.features,
        health(peer),
        new CreditStatus(settings.peerCredits(), peer.credits, peer.leastCredits, waiting),
        peer.traffic.status());
  }

  private HealthStatus health(Peer peer) {
    var timer = peer.recoveryTimer;
    long next = timer == null ? 0 : Math.max(0, timer.deadlineNanos() - loop.nanos());
    return new HealthStatus(
        peer.health,
        peer.droppedCount,
        peer.timeoutCount,
        peer.errorCount,
        peer.recoveryPings,
        next);
  }

  private PeerWatcher watch() {
    PeerWatcher known = watcher;
    if (known == null) {
      throw new IllegalStateException("peers are not wired yet");
    }
    return known;
  }
}
