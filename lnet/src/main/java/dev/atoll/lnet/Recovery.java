/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.Timer;

/**
 * The health of peers: a failure lowers it, a success raises it, and a peer that is not well is
 * pinged, ever more rarely, until it is.
 *
 * <p>Strangers and peers behind high ports are not pinged: nobody here has asked for the first, and
 * the second can not be connected to. Belongs to the loop.
 */
final class Recovery {
  private final EventLoop loop;
  private final LnetSettings settings;
  private final Pings pings;
  private boolean isClosed;

  Recovery(EventLoop loop, LnetSettings settings, Pings pings) {
    this.loop = loop;
    this.settings = settings;
    this.pings = pings;
  }

  /** Ends all recovery; messages that fail from now on begin none. */
  void close(PeerTable peers) {
    isClosed = true;
    peers.forEach(this::stop);
  }

  void failed(Peer peer) {
    peer.health = Math.max(0, peer.health - settings.healthSensitivity());
    if (!isClosed
        && peer.health < Peer.FULL_HEALTH
        && peer.recoveryTimer == null
        && !peer.isStranger
        && !peer.isForgotten
        && !peer.id.isUser()) {
      peer.recoveryPings = 0;
      schedule(peer);
    }
  }

  void succeeded(Peer peer) {
    if (peer.health < Peer.FULL_HEALTH) {
      peer.health = Math.min(Peer.FULL_HEALTH, peer.health + settings.healthSensitivity());
      if (peer.health == Peer.FULL_HEALTH) {
        stop(peer);
      }
    }
  }

  void stop(Peer peer) {
    Timer timer = peer.recoveryTimer;
    if (timer != null) {
      timer.cancel();
      peer.recoveryTimer = null;
      peer.recoveryPings = 0;
    }
  }

  private void schedule(Peer peer) {
    long delay = settings.recoveryIntervalNanos();
    long most = settings.recoveryIntervalMaxNanos();
    for (int i = 0; i < peer.recoveryPings && delay < most; i++) {
      delay *= 2;
    }
    peer.recoveryTimer = loop.schedule(Math.min(delay, most), () -> ping(peer));
  }

  private void ping(Peer peer) {
    peer.recoveryTimer = null;
    if (peer.isForgotten) {
      return;
    }
    peer.recoveryPings++;
    schedule(peer);
    // Success and failure of its messages move the health; silence has to be told.
    int refusal =
        pings.ping(
            peer.id,
            Pings.LIST_LENGTH,
            settings.lndTimeoutNanos(),
            answer -> {
              if (answer.status() == LnetErrno.TIMED_OUT) {
                failed(peer);
              }
            });
    if (refusal != 0) {
      peer.health = Math.max(0, peer.health - settings.healthSensitivity());
    }
  }
}
