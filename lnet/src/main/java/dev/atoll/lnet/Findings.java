/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What discovery has found out about a peer. Belongs to the loop. */
final class Findings {
  DiscoveryState state = DiscoveryState.UNKNOWN;

  /** The NID under which the node counts; the peer's own until both NIDs have said the same. */
  Nid primaryNid;

  /** What somebody said by hand, which nothing else changes. */
  @Nullable Nid configuredPrimaryNid;

  /** What the peer called its primary NID. */
  Nid claimedPrimaryNid;

  /** What the peer called its NIDs; loopback left out. */
  List<Nid> nids;

  int features;

  /** The sequence number of what is known, if {@link #hasInfo}. */
  int sequence;

  boolean hasInfo;

  /** The sequence number of this node's own info that the peer has acknowledged. */
  int acknowledgedSequence;

  /** Tells the step that is under way from those before. */
  int round;

  /** How often this discovery has asked for a longer info. */
  int asks;

  /** Who waits for the end of the discovery. */
  final List<DiscoverListener> waiting = new ArrayList<>();

  Findings(Nid nid) {
    this.primaryNid = nid;
    this.claimedPrimaryNid = nid;
    this.nids = List.of(nid);
  }

  boolean isBusy() {
    return state == DiscoveryState.PINGED || state == DiscoveryState.PUSHED;
  }

  boolean takesPushes() {
    int both = PingInfo.MULTI_RAIL | PingInfo.DISCOVERY;
    return (features & both) == both;
  }

  /** Forgets what another incarnation of the peer has said. */
  void forget(Nid nid) {
    Nid configured = configuredPrimaryNid;
    primaryNid = configured == null ? nid : configured;
    claimedPrimaryNid = nid;
    nids = List.of(nid);
    features = 0;
    sequence = 0;
    hasInfo = false;
    acknowledgedSequence = 0;
  }
}
