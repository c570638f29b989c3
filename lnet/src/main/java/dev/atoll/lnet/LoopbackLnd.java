/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.LndPort.Verdict;
import dev.atoll.posix.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of a node with itself: messages are copied from memory to memory.
 *
 * <p>A message has arrived, and is at its end on both sides, when {@link #send} returns, unless it
 * is sent while another is being delivered; then it comes after that one. Belongs to the loop.
 */
final class LoopbackLnd implements Lnd {
  private static final int CUT = -Errno.EPROTO.number();
  private static final int CLOSED = -Errno.ESHUTDOWN.number();

  private final IncomingMessage incoming = new IncomingMessage();
  private @Nullable LndPort port;
  private @Nullable OutgoingMessage first;
  private @Nullable OutgoingMessage last;
  private boolean isDelivering;
  private boolean isClosed;

  /** Makes the network. */
  LoopbackLnd() {}

  @Override
  public Nid nid() {
    return Nid.LOOPBACK;
  }

  @Override
  public void start(LndPort port) {
    this.port = port;
  }

  @Override
  public void send(OutgoingMessage message) {
    LndPort known = port;
    if (known == null) {
      throw new IllegalStateException("nid=" + Nid.LOOPBACK + " has not been started");
    }
    if (isClosed) {
      known.sent(message, CLOSED);
      return;
    }
    add(message);
    if (isDelivering) {
      return;
    }
    isDelivering = true;
    try {
      OutgoingMessage next = take();
      while (next != null) {
        deliver(next, known);
        next = take();
      }
    } finally {
      isDelivering = false;
    }
  }

  @Override
  public void disconnect(Nid neighbour) {
    // There is no connection that could be closed.
  }

  @Override
  public List<ConnectionStatus> connections() {
    return List.of();
  }

  @Override
  public void close() {
    isClosed = true;
    LndPort known = port;
    OutgoingMessage next = take();
    while (next != null && known != null) {
      known.sent(next, CLOSED);
      next = take();
    }
  }

  private void deliver(OutgoingMessage message, LndPort known) {
    LnetHeader header = incoming.header();
    header.copyFrom(message.header());
    if (header.source.equals(Nid.ANY)) {
      header.source = Nid.LOOPBACK;
    }
    incoming.neighbour(message.neighbour());
    Verdict verdict = known.arrived(incoming);
    if (verdict == Verdict.CUT) {
      known.sent(message, CUT);
      return;
    }
    if (verdict == Verdict.ACCEPT) {
      message.pieces().storeTo(incoming, message.payloadOffset(), incoming.acceptedLength());
    }
    known.received(incoming, 0);
    known.sent(message, 0);
  }

  private void add(OutgoingMessage message) {
    OutgoingMessage tail = last;
    message.next = null;
    if (tail == null) {
      first = message;
    } else {
      tail.next = message;
    }
    last = message;
  }

  private @Nullable OutgoingMessage take() {
    OutgoingMessage taken = first;
    if (taken != null) {
      first = taken.next;
      taken.next = null;
      if (first == null) {
        last = null;
      }
    }
    return taken;
  }
}
