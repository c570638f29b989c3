/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a node. A message finds its interface and neighbour, waits for discovery if need
 * be, then for a credit of the neighbour, then for one of the interface, in the order it came.
 *
 * <p>A message that a network gives back has not left, so it is tried again, at most so often as
 * the settings say and until its time is over; then it ends, once. Belongs to the loop.
 */
final class Outbound implements Transmitter {
  /**
   * The queues are looked over for messages whose time has passed at most so often in that time.
   */
  private static final int SWEEPS = 256;

  private final EventLoop loop;
  private final LnetSettings settings;
  private final Peers peers;
  private final Interfaces interfaces;
  private final Routes routes;
  private final OutboundCounters counters = new OutboundCounters();

  /** Stands for this node; its credits never run out. */
  private final Peer self = new Peer(ProcessId.of(Nid.LOOPBACK), Integer.MAX_VALUE / 2);

  private @Nullable Parts parts;
  private @Nullable Timer sweepTimer;
  private boolean isClosed;

  /** What is made after this. */
  record Parts(LnetCore core, Discovery discovery, Recovery recovery) {}

  Outbound(
      EventLoop loop, LnetSettings settings, Peers peers, Interfaces interfaces, Routes routes) {
    this.loop = loop;
    this.settings = settings;
    this.peers = peers;
    this.interfaces = interfaces;
    this.routes = routes;
  }

  void wire(Parts made) {
    parts = made;
  }

  OutboundCounters counters() {
    return counters;
  }

  @Override
  public int transmit(OutgoingMessage message) {
    if (isClosed) {
      return LnetErrno.CANCELED;
    }
    int refusal = findWay(message);
    if (refusal != 0) {
      counters.unreachable++;
      return refusal;
    }
    long now = loop.nanos();
    message.expiryNanos = expiry(message, now);
    Peer target = targetToDiscover(message);
    return target == null ? enqueue(message, now) : hold(message, target);
  }

  /** What its initiator no longer waits for need not be sent. */
  private long expiry(OutgoingMessage message, long now) {
    long own = now + settings.transactionTimeoutNanos();
    long awaited = message.answerDeadlineNanos;
    return awaited != 0 && awaited - own < 0 ? awaited : own;
  }

  /** Names the source, the interface and the neighbour of a message. */
  private int findWay(OutgoingMessage message) {
    LnetHeader header = message.header();
    header.sourcePid = ProcessId.LUSTRE_PID;
    ProcessId via = message.via;
    int refusal;
    if (interfaces.isOwn(header.destination)) {
      refusal = findLoopback(message);
    } else if (via != null) {
      refusal = findWayBack(message, via);
    } else {
      refusal = findRequestWay(message);
    }
    LocalInterface exit = message.exit;
    if (refusal == 0 && exit != null && header.source.isAny()) {
      header.source = exit.isLoopback() ? header.destination : exit.nid();
    }
    return refusal;
  }

  /** Answers go the way the request came, but to another network only if a route leads there. */
  private int findWayBack(OutgoingMessage message, ProcessId via) {
    LnetHeader header = message.header();
    Network network = header.destination.network();
    if (!via.nid().equals(header.destination) && !routes.isKnown(network)) {
      return LnetErrno.UNREACHABLE;
    }
    return leave(message, interfaces.find(header.source), peers.known(via));
  }

  private int findLoopback(OutgoingMessage message) {
    message.exit = interfaces.loopback();
    message.hop = self;
    return 0;
  }

  private int findRequestWay(OutgoingMessage message) {
    LnetHeader header = message.header();
    Nid destination = header.destination;
    Network network = destination.network();
    LocalInterface exit =
        header.source.isAny() ? interfaces.on(network) : interfaces.find(header.source);
    if (exit != null && exit.network().code() == network.code()) {
      return leave(message, exit, peerOf(header));
    }
    Nid gateway = routes.gatewayFor(destination);
    if (gateway == null) {
      return LnetErrno.UNREACHABLE;
    }
    LocalInterface towards = interfaces.on(gateway.network());
    if (exit != null && exit != towards) {
      return LnetErrno.UNREACHABLE;
    }
    return leave(message, towards, peers.wanted(gateway, ProcessId.LUSTRE_PID));
  }

  /** A probe alone is no reason to keep a peer for ever. */
  private @Nullable Peer peerOf(LnetHeader header) {
    if (header.portal == LnetNumbers.RESERVED_PORTAL) {
      Peer known = peers.find(header.destination, header.destinationPid);
      return known != null
          ? known
          : peers.known(new ProcessId(header.destination, header.destinationPid));
    }
    return peers.wanted(header.destination, header.destinationPid);
  }

  private static int leave(
      OutgoingMessage message, @Nullable LocalInterface exit, @Nullable Peer hop) {
    if (exit == null || exit.isClosed()) {
      return LnetErrno.UNREACHABLE;
    }
    if (hop == null) {
      return LnetErrno.NO_BUFFERS;
    }
    message.exit = exit;
    message.hop = hop;
    return 0;
  }

  /** The peer that must be discovered before the message may go, or null. */
  private @Nullable Peer targetToDiscover(OutgoingMessage message) {
    LnetHeader header = message.header();
    if (!settings.isDiscovering()
        || !isRequest(header)
        || header.portal == LnetNumbers.RESERVED_PORTAL
        || message.hop == self) {
      return null;
    }
    Peer target = peers.wanted(header.destination, header.destinationPid);
    return target == null || target.findings.state == DiscoveryState.UPTODATE ? null : target;
  }

  private int hold(OutgoingMessage message, Peer target) {
    if (target.undiscovered.size() >= settings.queueLimit()) {
      return LnetErrno.NO_BUFFERS;
    }
    target.undiscovered.add(message);
    armSweep(message.expiryNanos);
    // May end at once, and the message with it.
    parts().discovery().start(target);
    return 0;
  }

  /** Lets go what has waited for discovery, or ends it. */
  void discovered(Peer target, int status) {
    MessageQueue waiting = new MessageQueue();
    waiting.takeAll(target.undiscovered);
    for (OutgoingMessage each = waiting.poll(); each != null; each = waiting.poll()) {
      // The way is looked for again: gateways may have changed in the meantime.
      int refusal = status != 0 ? status : findWay(each);
      refusal = refusal != 0 ? refusal : enqueue(each, loop.nanos());
      if (refusal != 0) {
        finish(each, refusal);
      }
    }
  }

  private int enqueue(OutgoingMessage message, long now) {
    Peer hop = hopOf(message);
    if (hop.isBackingOff(now)) {
      counters.unreachable++;
      return LnetErrno.UNREACHABLE;
    }
    if (hop.queue.size() >= settings.queueLimit()) {
      return LnetErrno.NO_BUFFERS;
    }
    message.order = hop.nextOrder++;
    hop.queue.add(message);
    long expiryNanos = message.expiryNanos;
    LocalInterface exit = exitOf(message);
    pump(hop);
    hop.leastCredits = Math.min(hop.leastCredits, hop.credits - hop.queue.size());
    if (!hop.queue.isEmpty() || !exit.ready().isEmpty()) {
      armSweep(expiryNanos);
    }
    return 0;
  }

  /** Gives a peer's messages to their interfaces as long as there are credits. */
  private void pump(Peer hop) {
    while (hop.credits > 0 && !hop.isResting) {
      OutgoingMessage message = hop.queue.poll();
      if (message == null) {
        return;
      }
      hop.credits--;
      exitOf(message).offer(message);
    }
  }

  boolean isExpired(OutgoingMessage message) {
    return message.expiryNanos - loop.nanos() <= 0;
  }

  /** Tells the network whom to, and how long it may try. */
  void address(OutgoingMessage message) {
    long tryUntil = loop.nanos() + settings.lndTimeoutNanos();
    long expiry = message.expiryNanos;
    message.neighbour(hopOf(message).id, tryUntil - expiry < 0 ? tryUntil : expiry);
  }

  /** Takes a message back that held a credit of its peer. */
  void returned(OutgoingMessage message, int status) {
    Peer hop = hopOf(message);
    hop.credits++;
    if (status == 0) {
      hop.traffic.sent(message.header().type);
      counters.sent++;
      counters.succeeded(message);
      parts().recovery().succeeded(hop);
      parts().core().sent(message, 0);
    } else {
      failed(message, hop, status);
    }
    pump(hop);
  }

  private void failed(OutgoingMessage message, Peer hop, int status) {
    hop.errorCount++;
    parts().recovery().failed(hop);
    if (mayTryAgain(message, hop, status)) {
      message.failures++;
      counters.resent++;
      hop.queue.putBack(message);
      rest(hop, 0);
      armSweep(message.expiryNanos);
      return;
    }
    if (message.failures > 0) {
      counters.failedResends++;
    }
    finish(message, status);
  }

  /**
   * What a network gives back it has not taken whole, so the target can not have it, and trying
   * again never delivers twice. Pings and pushes have a retry of their own.
   */
  private boolean mayTryAgain(OutgoingMessage message, Peer hop, int status) {
    LnetHeader header = message.header();
    boolean isRequest = isRequest(header);
    boolean isProbe = isRequest && header.portal == LnetNumbers.RESERVED_PORTAL;
    MemoryDescriptor descriptor = message.descriptor;
    boolean isUnlinked = isRequest && descriptor != null && descriptor.isEnding;
    return !isClosed
        && !exitOf(message).isClosed()
        && !hop.isForgotten
        && !isProbe
        && !isUnlinked
        && status != LnetErrno.CANCELED
        && message.failures < settings.retryCount()
        && !isExpired(message);
  }

  private void finish(OutgoingMessage message, int status) {
    Peer hop = hopOf(message);
    hop.droppedCount++;
    counters.failed++;
    if (status == LnetErrno.TIMED_OUT) {
      hop.timeoutCount++;
      counters.timedOut++;
    }
    parts().core().sent(message, status);
  }

  /** Lets a peer's queue be for a while; at least until the turn is over. */
  private void rest(Peer hop, long nanos) {
    if (!hop.isResting && !isClosed) {
      hop.isResting = true;
      hop.restTimer = loop.schedule(nanos, () -> resume(hop));
    }
  }

  private void resume(Peer hop) {
    hop.isResting = false;
    hop.restTimer = null;
    long now = loop.nanos();
    if (hop.isBackingOff(now)) {
      rest(hop, hop.backOffUntilNanos - now);
    } else {
      pump(hop);
    }
  }

  /** The peer is there: nothing need wait any more. */
  void up(Peer hop) {
    Timer timer = hop.restTimer;
    if (timer != null && timer.cancel()) {
      hop.restTimer = null;
      hop.isResting = false;
    }
    pump(hop);
  }

  /** Ends what waits for a peer. */
  void abandon(Peer peer, int status) {
    Timer timer = peer.restTimer;
    if (timer != null) {
      timer.cancel();
    }
    peer.restTimer = null;
    peer.isResting = false;
    MessageQueue ended = new MessageQueue();
    ended.takeAll(peer.queue);
    ended.takeAll(peer.undiscovered);
    finishAll(ended, status);
  }

  /** Ends what waits to leave through an interface that is closed. */
  void abandon(LocalInterface exit, int status) {
    MessageQueue ended = new MessageQueue();
    giveBackReady(exit, ended, false);
    peers
        .table()
        .forEach(peer -> {
          peer.queue.moveIf(ended, each -> each.exit == exit);
          peer.undiscovered.moveIf(ended, each -> each.exit == exit);
        });
    finishAll(ended, status);
  }

  void close() {
    isClosed = true;
    if (sweepTimer != null) {
      sweepTimer.cancel();
      sweepTimer = null;
    }
  }

  /** Ends everything that waits; after the networks are closed. */
  void abandonAll() {
    MessageQueue ended = new MessageQueue();
    for (LocalInterface each : interfaces.all()) {
      giveBackReady(each, ended, false);
    }
    peers
        .table()
        .forEach(peer -> {
          Timer timer = peer.restTimer;
          if (timer != null) {
            timer.cancel();
            peer.restTimer = null;
          }
          ended.takeAll(peer.queue);
          ended.takeAll(peer.undiscovered);
        });
    ended.takeAll(self.queue);
    finishAll(ended, LnetErrno.CANCELED);
  }

  private void armSweep(long expiryNanos) {
    if (sweepTimer == null && !isClosed) {
      long least = settings.transactionTimeoutNanos() / SWEEPS;
      sweepTimer = loop.schedule(Math.max(least, expiryNanos - loop.nanos()), this::sweep);
    }
  }

  /** Ends the messages in queues whose time has passed. */
  private void sweep() {
    sweepTimer = null;
    MessageQueue ended = new MessageQueue();
    Soonest soonest = new Soonest();
    for (LocalInterface each : interfaces.all()) {
      giveBackReady(each, ended, true);
      soonest.see(each.ready());
    }
    peers
        .table()
        .forEach(peer -> {
          peer.queue.moveIf(ended, this::isExpired);
          peer.undiscovered.moveIf(ended, this::isExpired);
          soonest.see(peer.queue);
          soonest.see(peer.undiscovered);
        });
    if (soonest.isAny) {
      armSweep(soonest.expiryNanos);
    }
    finishAll(ended, LnetErrno.TIMED_OUT);
  }

  /** Takes out of an interface what has its peer's credit, and gives the credit back. */
  private void giveBackReady(LocalInterface exit, MessageQueue ended, boolean isExpiredOnly) {
    exit.ready()
        .moveIf(
            ended,
            each -> {
              boolean isEnded = !isExpiredOnly || isExpired(each);
              if (isEnded) {
                hopOf(each).credits++;
              }
              return isEnded;
            });
  }

  private void finishAll(MessageQueue ended, int status) {
    for (OutgoingMessage each = ended.poll(); each != null; each = ended.poll()) {
      Peer hop = hopOf(each);
      finish(each, status);
      if (!isClosed) {
        pump(hop);
      }
    }
  }

  private Parts parts() {
    Parts known = parts;
    if (known == null) {
      throw new IllegalStateException("the way out is not wired yet");
    }
    return known;
  }

  private static boolean isRequest(LnetHeader header) {
    return header.type == MessageType.PUT || header.type == MessageType.GET;
  }

  private static Peer hopOf(OutgoingMessage message) {
    Peer hop = message.hop;
    if (hop == null) {
      throw new AssertionError("a message waits that no way was found for");
    }
    return hop;
  }

  private static LocalInterface exitOf(OutgoingMessage message) {
    LocalInterface exit = message.exit;
    if (exit == null) {
      throw new AssertionError("a message waits that no way was found for");
    }
    return exit;
  }

  /** The first end of a message's time. */
  private static final class Soonest {
    private boolean isAny;
    private long expiryNanos;

    private void see(MessageQueue queue) {
      OutgoingMessage first = queue.peek();
      if (first != null && (!isAny || first.expiryNanos - expiryNanos < 0)) {
        isAny = true;
        expiryNanos = first.expiryNanos;
      }
    }
  }
}
