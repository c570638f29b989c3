/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * One interface of the node, with its network: LNet's {@code struct lnet_ni}.
 *
 * <p>Holds back messages beyond its credits, and looks at each arrival before the core does.
 * Belongs to the loop.
 */
final class LocalInterface implements LndPort {
  private final Lnd lnd;
  private final Network network;
  private final Outbound outbound;
  private final Inbound inbound;
  private final Peers peers;
  private final boolean isLoopback;
  private final int limit;
  private final Traffic traffic = new Traffic();

  /** Messages that hold a credit of their peer and wait for one of the interface. */
  private final MessageQueue ready = new MessageQueue();

  private int credits;
  private int leastCredits;
  private boolean isFlushing;
  private boolean isClosed;

  LocalInterface(Lnd lnd, Outbound outbound, Inbound inbound, Peers peers, int credits) {
    this.lnd = lnd;
    this.network = lnd.nid().network();
    this.outbound = outbound;
    this.inbound = inbound;
    this.peers = peers;
    this.isLoopback = lnd.nid().isLoopback();
    this.limit = isLoopback ? Integer.MAX_VALUE : credits;
    this.credits = limit;
    this.leastCredits = limit;
  }

  Nid nid() {
    return lnd.nid();
  }

  Network network() {
    return network;
  }

  Lnd lnd() {
    return lnd;
  }

  boolean isLoopback() {
    return isLoopback;
  }

  boolean isClosed() {
    return isClosed;
  }

  Traffic traffic() {
    return traffic;
  }

  MessageQueue ready() {
    return ready;
  }

  /** Takes a message that has its peer's credit; it goes at once if there is a credit left. */
  void offer(OutgoingMessage message) {
    ready.add(message);
    flush();
  }

  /**
   * Gives the network what it may have. A network that ends messages within the call comes back to
   * here; the outermost call goes on, so that the stack stays flat.
   */
  void flush() {
    if (isFlushing || isClosed) {
      return;
    }
    isFlushing = true;
    try {
      while (credits > 0 && !isClosed) {
        OutgoingMessage message = ready.poll();
        if (message == null) {
          break;
        }
        give(message);
      }
    } finally {
      isFlushing = false;
    }
    leastCredits = Math.min(leastCredits, credits - ready.size());
  }

  private void give(OutgoingMessage message) {
    if (outbound.isExpired(message)) {
      outbound.returned(message, LnetErrno.TIMED_OUT);
      return;
    }
    credits--;
    outbound.address(message);
    lnd.send(message);
  }

  /** Ends the network. What it held comes back while this runs; what waited is the caller's. */
  void close() {
    if (!isClosed) {
      isClosed = true;
      lnd.close();
    }
  }

  InterfaceStatus status(int peerCredits) {
    CreditStatus creditStatus =
        isLoopback
            ? new CreditStatus(0, 0, 0, 0)
            : new CreditStatus(limit, credits, leastCredits, ready.size());
    return new InterfaceStatus(
        nid(), !isClosed, traffic.status(), creditStatus, isLoopback ? 0 : peerCredits);
  }

  @Override
  public Verdict arrived(IncomingMessage message) {
    Peer neighbour = isLoopback ? null : peers.heard(message.neighbour());
    MessageType type = message.header().type;
    Verdict verdict = inbound.judge(this, message);
    boolean isWanted = verdict == Verdict.ACCEPT;
    if (isWanted) {
      traffic.received(type);
    } else {
      traffic.dropped(type);
    }
    countAt(neighbour, type, isWanted);
    return verdict;
  }

  private static void countAt(@Nullable Peer neighbour, MessageType type, boolean isWanted) {
    if (neighbour == null) {
      return;
    }
    if (isWanted) {
      neighbour.traffic.received(type);
    } else {
      neighbour.traffic.dropped(type);
    }
  }

  @Override
  public void received(IncomingMessage message, int status) {
    inbound.received(message, status);
  }

  @Override
  public void sent(OutgoingMessage message, int status) {
    credits++;
    if (status == 0) {
      traffic.sent(message.header().type);
    }
    outbound.returned(message, status);
    flush();
  }

  @Override
  public void neighbourUp(ProcessId neighbour, long incarnation) {
    peers.up(neighbour, incarnation);
  }

  @Override
  public void neighbourDown(ProcessId neighbour, int status) {
    peers.down(neighbour, status);
  }

  @Override
  public String toString() {
    return "interface " + nid() + (isClosed ? " closed" : "");
  }
}
