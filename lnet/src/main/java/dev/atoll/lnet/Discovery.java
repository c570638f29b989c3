/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out about peers, and lets them know about this node.
 *
 * <pre>
 *              ping                 answer, and it takes pushes           ACK
 *   UNKNOWN ----------> PINGED ------------------------------> PUSHED ---------> UPTODATE
 *      ^                  |  | answer, and it takes no pushes                     ^    |
 *      |  no answer       |  +----------------------------------------------------+    |
 *      +------------------+                                                            |
 *      ^              restart, or it pushes no more                                    |
 *      +-------------------------------------------------------------------------------+
 *                        own NIDs change: UPTODATE to PUSHED again
 * </pre>
 *
 * <p>A push that is not acknowledged does no harm to messages: the peer has answered the ping. What
 * a peer says of other NIDs is believed once these have said the same. Belongs to the loop.
 */
final class Discovery {
  /** How often one discovery asks for a longer info. */
  private static final int ASKS_MAX = 2;

  /** The most NIDs of one peer that are remembered; strangers must not fill the memory. */
  private static final int NIDS_MAX = 256;

  private static final int TAKES_PUSHES = PingInfo.MULTI_RAIL | PingInfo.DISCOVERY;

  private final LnetSettings settings;
  private final Peers peers;
  private final Interfaces interfaces;
  private final Outbound outbound;
  private final LnetListener listener;
  private final Probes probes;
  private boolean isClosed;
  private long ignoredPushes;

  /** What discovery sends with. */
  record Probes(Pings pings, Pushes pushes, PingTarget target) {}

  Discovery(
      LnetSettings settings,
      Peers peers,
      Interfaces interfaces,
      Outbound outbound,
      LnetListener listener,
      Probes probes) {
    this.settings = settings;
    this.peers = peers;
    this.interfaces = interfaces;
    this.outbound = outbound;
    this.listener = listener;
    this.probes = probes;
  }

  long ignoredPushes() {
    return ignoredPushes;
  }

  /** Begins unless it is under way; ends with {@link Outbound#discovered}, perhaps at once. */
  void start(Peer peer) {
    if (!peer.findings.isBusy()) {
      peer.findings.asks = 0;
      ask(peer, Pings.LIST_LENGTH);
    }
  }

  /** Begins unless it is under way, and tells how it ends. */
  void start(Peer peer, DiscoverListener told) {
    peer.findings.waiting.add(told);
    start(peer);
  }

  /** Says by hand under which NID a peer counts. */
  void configure(Peer peer, Nid primaryNid) {
    peer.findings.configuredPrimaryNid = primaryNid;
    rename(peer);
  }

  /** This node's NIDs have changed: all who know the old ones are told. */
  void ownChanged() {
    var outdated = new ArrayList<Peer>();
    peers
        .table()
        .forEach(each -> {
          if (each.findings.state == DiscoveryState.UPTODATE && needsPush(each.findings)) {
            outdated.add(each);
          }
        });
    outdated.forEach(this::push);
  }

  /** A peer has said something of itself unasked. */
  void pushed(Nid source, @Nullable PingInfo info, int wholeLength) {
    Peer peer = peers.find(source, ProcessId.LUSTRE_PID);
    boolean isHeeded = peer != null && settings.isDiscovering() && !interfaces.isOwn(source);
    if (peer == null || !isHeeded || (info == null && wholeLength == 0)) {
      ignoredPushes++;
      return;
    }
    if (info == null) {
      // Cut: the rest is asked for, and the next push finds room.
      if (!peer.findings.isBusy()) {
        peer.findings.asks = ASKS_MAX - 1;
        ask(peer, wholeLength);
      }
      return;
    }
    if (!info.has(PingInfo.MULTI_RAIL)) {
      ignoredPushes++;
      return;
    }
    learn(peer, info);
    if (!peer.findings.isBusy()) {
      goOn(peer);
    }
  }

  /** A peer has been started anew: nothing that was known is true. */
  void restarted(Peer peer) {
    List<Nid> before = peer.findings.nids;
    peer.findings.forget(peer.id.nid());
    namesChanged(peer, before);
    if (peer.findings.isBusy()) {
      // What is under way was for the one before.
      ask(peer, Pings.LIST_LENGTH);
    } else {
      peer.findings.state = DiscoveryState.UNKNOWN;
    }
  }

  /** A peer has left the table. */
  void forgotten(Peer peer) {
    end(peer, LnetErrno.CANCELED);
  }

  void close() {
    isClosed = true;
  }

  private void ask(Peer peer, int length) {
    int round = ++peer.findings.round;
    peer.findings.state = DiscoveryState.PINGED;
    int refusal =
        probes
            .pings()
            .ping(
                peer.id,
                length,
                settings.discoveryTimeoutNanos(),
                answer -> {
                  if (round == peer.findings.round) {
                    pinged(peer, answer, length);
                  }
                });
    if (refusal != 0) {
      end(peer, refusal);
    }
  }

  private void pinged(Peer peer, PingAnswer answer, int length) {
    if (peer.isForgotten || isClosed) {
      end(peer, LnetErrno.CANCELED);
      return;
    }
    PingInfo info = answer.info();
    if (info != null) {
      learn(peer, info);
      goOn(peer);
    } else if (answer.neededLength() > length && peer.findings.asks < ASKS_MAX) {
      peer.findings.asks++;
      ask(peer, answer.neededLength());
    } else {
      end(peer, answer.status());
    }
  }

  /** Tells the peer what it does not know, or is done. */
  private void goOn(Peer peer) {
    if (needsPush(peer.findings)) {
      push(peer);
    } else {
      end(peer, 0);
    }
  }

  private boolean needsPush(Findings found) {
    return settings.isDiscovering()
        && (found.features & TAKES_PUSHES) == TAKES_PUSHES
        && found.acknowledgedSequence != probes.target().info().sequence();
  }

  private void push(Peer peer) {
    OwnInfo info = probes.target().info();
    int round = ++peer.findings.round;
    peer.findings.state = DiscoveryState.PUSHED;
    int refusal =
        probes
            .pushes()
            .push(
                peer.id,
                info,
                settings.discoveryTimeoutNanos(),
                status -> {
                  if (round == peer.findings.round) {
                    acknowledged(peer, info.sequence(), status);
                  }
                });
    if (refusal != 0) {
      end(peer, refusal);
    }
  }

  private void acknowledged(Peer peer, int sequence, int status) {
    if (peer.isForgotten || isClosed) {
      end(peer, LnetErrno.CANCELED);
      return;
    }
    if (status != 0) {
      end(peer, status);
      return;
    }
    peer.findings.acknowledgedSequence = sequence;
    goOn(peer);
  }

  private void end(Peer peer, int status) {
    Findings found = peer.findings;
    found.round++;
    found.state = found.hasInfo ? DiscoveryState.UPTODATE : DiscoveryState.UNKNOWN;
    List<DiscoverListener> told = List.copyOf(found.waiting);
    found.waiting.clear();
    outbound.discovered(peer, found.hasInfo && !peer.isForgotten ? 0 : orCanceled(status));
    told.forEach(each -> each.ended(status, peers.status(peer)));
  }

  /** What was wiped out again counts as not found. */
  private static int orCanceled(int status) {
    return status == 0 ? LnetErrno.CANCELED : status;
  }

  private void learn(Peer peer, PingInfo info) {
    Findings found = peer.findings;
    boolean isOlder = found.hasInfo && Integer.compareUnsigned(info.sequence(), found.sequence) < 0;
    List<Nid> before = found.nids;
    boolean isNoMore = found.hasInfo && found.takesPushes() && !info.has(TAKES_PUSHES);
    if (isOlder || isNoMore) {
      found.forget(peer.id.nid());
    }
    if (isOlder && peer.incarnation == 0) {
      // A neighbour's restart is told by its connections; this one is behind a gateway.
      listener.peerRestarted(peer.id, 0);
    }
    found.hasInfo = true;
    found.sequence = info.sequence();
    found.features = info.features();
    found.nids = info.interfaces().stream().map(PingInfo.Interface::nid).limit(NIDS_MAX).toList();
    found.claimedPrimaryNid = info.primary().orElse(peer.id.nid());
    namesChanged(peer, before);
  }

  /** Works out the primary NID again, of the peer and of those that it speaks or spoke of. */
  private void namesChanged(Peer peer, List<Nid> before) {
    rename(peer);
    renameOthers(peer, before);
    renameOthers(peer, peer.findings.nids);
  }

  private void renameOthers(Peer peer, List<Nid> nids) {
    for (Nid each : nids) {
      Peer other = peers.find(each, ProcessId.LUSTRE_PID);
      if (other != null && other != peer) {
        rename(other);
      }
    }
  }

  /** A primary NID counts if both NIDs call it so and list each other. */
  private void rename(Peer peer) {
    Findings found = peer.findings;
    Nid configured = found.configuredPrimaryNid;
    if (configured != null) {
      found.primaryNid = configured;
      return;
    }
    Nid own = peer.id.nid();
    Nid claimed = found.claimedPrimaryNid;
    Peer other = peers.find(claimed, ProcessId.LUSTRE_PID);
    boolean isSaidByBoth =
        other != null
            && other != peer
            && other.findings.claimedPrimaryNid.equals(claimed)
            && other.findings.nids.contains(own)
            && found.nids.contains(claimed);
    found.primaryNid = isSaidByBoth ? claimed : own;
  }
}
