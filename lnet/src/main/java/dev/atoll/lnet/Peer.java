/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.Timer;
import org.jspecify.annotations.Nullable;

/**
 * What a node keeps of one process that it talks with: LNet's {@code struct lnet_peer_ni}.
 *
 * <p>A record of fields for those who own each part: {@link Peers} the link, {@link Outbound}
 * credits and queues, {@link Recovery} health, {@link Discovery} the rest. Belongs to the loop.
 */
final class Peer {
  static final int FULL_HEALTH = 1000;

  final ProcessId id;
  final Traffic traffic = new Traffic();

  /** Messages that wait for credits, or for the peer to come back. */
  final MessageQueue queue = new MessageQueue();

  /** Messages that wait for discovery. */
  final MessageQueue undiscovered = new MessageQueue();

  final Findings findings;

  int credits;
  int leastCredits;
  long nextOrder;

  /** Nothing is taken from the queue until {@link #restTimer} has run. */
  boolean isResting;

  @Nullable Timer restTimer;

  PeerLink link = PeerLink.UNKNOWN;
  long incarnation;
  int failedAttempts;
  long backOffUntilNanos;

  int health = FULL_HEALTH;
  long droppedCount;
  long timeoutCount;
  long errorCount;
  int recoveryPings;
  @Nullable Timer recoveryTimer;

  /** Made by an arrival, and nobody here has asked for it since. */
  boolean isStranger;

  boolean isConfigured;

  /** No longer in the table. */
  boolean isForgotten;

  /** For the table: the next of the same bucket. */
  @Nullable Peer nextInBucket;

  /** For the table: strangers by their last sign of life. */
  @Nullable Peer older;

  @Nullable Peer newer;

  Peer(ProcessId id, int credits) {
    this.id = id;
    this.credits = credits;
    this.leastCredits = credits;
    this.findings = new Findings(id.nid());
  }

  boolean isBackingOff(long nowNanos) {
    return failedAttempts > 0 && nowNanos - backOffUntilNanos < 0;
  }

  /** Tells whether the peer can be forgotten without breaking a promise. */
  boolean isIdle(int fullCredits) {
    return credits >= fullCredits
        && queue.isEmpty()
        && undiscovered.isEmpty()
        && !findings.isBusy();
  }

  @Override
  public String toString() {
    return id + " " + link;
  }
}
