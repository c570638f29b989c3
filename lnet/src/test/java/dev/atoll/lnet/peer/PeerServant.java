/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Makes a simple peer answer by itself: it takes connections, answers pings and pushes,
 * acknowledges what asks for it, and keeps what it has heard in order of arrival per connection.
 */
public final class PeerServant implements AutoCloseable {
  /** How much of a push is kept. */
  public static final int PUSH_ROOM = 272;

  private static final int MIN_BULK = 1024;

  private final SimplePeer peer;
  private final List<PeerLink> links = new CopyOnWriteArrayList<>();
  private final List<PeerOffer> offers = new CopyOnWriteArrayList<>();
  private final BlockingQueue<PeerArrival> arrivals = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile PeerInfo info;
  private volatile boolean answersGets = true;
  private volatile BiPredicate<PeerLink, PeerFrame> answerer = (link, frame) -> false;
  private volatile boolean isClosed;

  /** A servant that answers pings with an info. */
  public PeerServant(SimplePeer peer, PeerInfo info) {
    this.peer = peer;
    this.info = info;
  }

  /** The peer it works for. */
  public SimplePeer peer() {
    return peer;
  }

  /** Takes connections from now on. The peer must listen. */
  public PeerServant start() {
    run("accept " + peer.nid(), this::acceptAll);
    return this;
  }

  /** Reads and answers what comes on a connection, from now on. */
  public PeerLink serve(PeerLink link) {
    links.add(link);
    run("read " + link.remote(), () -> readAll(link));
    return link;
  }

  /** Connects with the three types, one after the other, and serves them. */
  public PeerServant connectAll(PeerNid target) {
    for (int type : List.of(ConnType.CONTROL, ConnType.BULK_IN, ConnType.BULK_OUT)) {
      serve(peer.connect(target, type));
    }
    return this;
  }

  private synchronized void run(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void acceptAll() {
    while (!isClosed) {
      try {
        PeerLink link = peer.accept();
        PeerOffer offer = peer.readOffer(link);
        offers.add(offer);
        serve(offer.answer());
      } catch (AssertionError | RuntimeException nobody) {
        // Nobody came in time, a connection went away, or the peer has stopped to listen.
        if (isClosed) {
          return;
        }
      }
    }
  }

  private void readAll(PeerLink link) {
    try {
      while (!isClosed) {
        Optional<PeerFrame> frame = link.receiveWithin(PeerLink.DEADLINE);
        if (frame.isPresent()) {
          arrivals.add(new PeerArrival(link, frame.get()));
          answer(link, frame.get());
        }
      }
    } catch (AssertionError | RuntimeException ended) {
      links.remove(link);
    }
  }

  private void answer(PeerLink link, PeerFrame frame) {
    if (frame.firstCookie() != 0 && frame.type() == PeerFrame.LNET) {
      link(ConnType.BULK_IN).send(PeerFrame.noop(0, frame.firstCookie()));
    }
    if (!frame.isMessage() || answerer.test(link, frame)) {
      return;
    }
    PeerMessage message = frame.message();
    boolean isReserved = message.portal() == 0 && message.matchBits() == PeerMessage.PING_BITS;
    if (message.type() == PeerMessage.GET && isReserved && answersGets) {
      byte[] bytes = info.encode();
      int from = Math.min(bytes.length, message.offset());
      int length = Math.min(bytes.length - from, message.length());
      send(PeerFrame.of(message.reply(length), Arrays.copyOfRange(bytes, from, from + length)));
    } else if (message.type() == PeerMessage.PUT && isReserved && message.handleLow() != -1) {
      send(PeerFrame.of(message.ack(Math.min(PUSH_ROOM, message.payloadLength()))));
    }
  }

  /** Lets a test answer a message; what it says false to is answered as ever. */
  public void answerWith(BiPredicate<PeerLink, PeerFrame> value) {
    answerer = value;
  }

  /** Answers pings with something else from now on. */
  public void setInfo(PeerInfo value) {
    info = value;
  }

  /** Stops or begins to answer pings. */
  public void setAnswersGets(boolean value) {
    answersGets = value;
  }

  /** Sends on the connection that the rules name: bulk from 1 KiB on, control below. */
  public void send(PeerFrame frame) {
    int version = links.isEmpty() ? 3 : links.getFirst().version();
    boolean isBulk = frame.encode(version).length >= MIN_BULK;
    link(isBulk ? ConnType.BULK_OUT : ConnType.CONTROL).send(frame);
  }

  /** The connection of a type, or the control connection if it has none. */
  public PeerLink link(int type) {
    return find(type)
        .or(() -> find(ConnType.CONTROL))
        .or(() -> links.stream().findFirst())
        .orElseThrow(() -> new AssertionError("no connection with " + peer.nid()));
  }

  private Optional<PeerLink> find(int type) {
    return links.stream().filter(link -> link.type() == type).findFirst();
  }

  /** Connections that are open as far as it knows. */
  public List<PeerLink> links() {
    return List.copyOf(links);
  }

  /** What has been offered and agreed to, in order. */
  public List<PeerOffer> offers() {
    return List.copyOf(offers);
  }

  /** The next thing that was heard and that a test wants; others are thrown away. */
  public PeerArrival await(String what, Predicate<PeerFrame> wanted) {
    long endNanos = System.nanoTime() + PeerLink.DEADLINE.toNanos();
    var others = new ArrayList<PeerArrival>();
    try {
      while (true) {
        PeerArrival next = arrivals.poll(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (next == null) {
          throw new AssertionError("not heard: " + what + "; heard " + others);
        }
        if (wanted.test(next.frame())) {
          return next;
        }
        others.add(next);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting: " + what, interrupted);
    }
  }

  /** The next message of a type. */
  public PeerArrival awaitMessage(int type) {
    return await("message of type " + type, f -> f.isMessage() && f.message().type() == type);
  }

  /** What has been heard and not been asked for. */
  public List<PeerArrival> heard() {
    return List.copyOf(arrivals);
  }

  @Override
  public void close() {
    isClosed = true;
    peer.close();
  }
}
