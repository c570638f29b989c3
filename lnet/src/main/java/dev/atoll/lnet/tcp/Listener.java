/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.LnetException;
import dev.atoll.loop.Registration;
import dev.atoll.loop.Timer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.WaitCalls;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the connections that come in, a bounded number at a time. Belongs to the loop.
 *
 * <p>When all places are taken by connections that have not said who they are, the oldest of them
 * gives way: so a flood of silent connections can make others come again, but not keep them out.
 */
final class Listener {
  private static final int BACKLOG = 127;
  private static final int ACCEPTS_PER_TURN = 32;

  /** How long nobody is accepted when descriptors or memory have run out. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final TcpLnd lnd;
  private final Set<Incoming> halfOpen = new LinkedHashSet<>();
  private @Nullable Descriptor socket;
  private @Nullable Registration registration;
  private @Nullable Timer pause;

  Listener(TcpLnd lnd) {
    this.lnd = lnd;
  }

  TcpLnd lnd() {
    return lnd;
  }

  /**
   * Begins to listen.
   *
   * @throws LnetException if the address can't be had
   */
  void start() {
    TcpSettings settings = lnd.settings();
    try {
      Descriptor listening = lnd.posix().listenTcp(settings.listenAddress(), BACKLOG);
      socket = listening;
      registration = lnd.loop().register(listening, WaitCalls.POLLIN, events -> acceptAll());
    } catch (ErrnoException refused) {
      close();
      throw ListenFailure.explain(settings, refused);
    }
  }

  int halfOpen() {
    return halfOpen.size();
  }

  void forget(Incoming incoming) {
    halfOpen.remove(incoming);
  }

  private void acceptAll() {
    Descriptor listening = socket;
    for (int i = 0; i < ACCEPTS_PER_TURN && listening != null && listening.isOpen(); i++) {
      int number = lnd.posix().accept(listening);
      if (number == -Errno.EAGAIN.number()) {
        return;
      }
      if (number >= 0) {
        take(new Descriptor(lnd.posix(), number, "lnet connection that came in"));
      } else if (number != -Errno.ECONNABORTED.number() && number != -Errno.EPROTO.number()) {
        pauseAccepting();
        return;
      }
    }
  }

  private void take(Descriptor accepted) {
    lnd.counters().accepts++;
    try {
      InetSocketAddress remote = lnd.posix().remoteAddress(accepted);
      if (!lnd.identity().isPortAllowed(remote)) {
        lnd.counters().refused(Refusal.SOURCE_PORT);
        accepted.close();
        return;
      }
      lnd.sockets().tune(accepted);
      makeRoom();
      Incoming incoming = new Incoming(this, accepted, remote);
      halfOpen.add(incoming);
      incoming.start();
    } catch (ErrnoException gone) {
      // It was reset while it waited, or the poller is full; both end this connection alone.
      lnd.counters().refused(Refusal.ENDED);
      accepted.close();
    }
  }

  private void makeRoom() {
    if (halfOpen.size() >= lnd.settings().bounds().halfOpen()) {
      halfOpen.iterator().next().refuse(Refusal.SLOW);
    }
  }

  /** A level-triggered poller would tell of the connection that can't be taken again and again. */
  private void pauseAccepting() {
    Registration watched = registration;
    if (watched != null && pause == null) {
      watched.modify(0);
      pause =
          lnd.loop()
              .schedule(
                  PAUSE_NANOS,
                  () -> {
                    pause = null;
                    watched.modify(WaitCalls.POLLIN);
                  });
    }
  }

  void close() {
    for (Incoming each : List.copyOf(halfOpen)) {
      each.refuse(Refusal.ENDED);
    }
    Timer waiting = pause;
    if (waiting != null) {
      waiting.cancel();
    }
    Registration watched = registration;
    if (watched != null) {
      watched.cancel();
    }
    Descriptor listening = socket;
    if (listening != null) {
      listening.close();
    }
  }
}
