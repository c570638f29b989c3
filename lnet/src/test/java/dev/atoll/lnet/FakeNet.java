/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A network inside the test: messages fly for a while, are lost on demand, or wait to be let go.
 */
final class FakeNet implements AutoCloseable {
  static final int RESET = -104;
  static final int REFUSED = -111;
  static final int SHUT_DOWN = -108;

  final VirtualLoop loop;
  final Map<Nid, Node> nodes = new HashMap<>();

  /** What was sent, in order. */
  final List<String> log = new ArrayList<>();

  /** Which flights are lost in silence. */
  Predicate<Flight> isLost = flight -> false;

  long latencyNanos = 1000;
  private final Arena arena = Arena.ofShared();

  FakeNet(VirtualLoop loop) {
    this.loop = loop;
  }

  FakeLnd lnd(String nid, long incarnation) {
    return new FakeLnd(this, Nid.parse(nid), incarnation);
  }

  MemorySegment bytes(int length) {
    return arena.allocate(Math.max(1, length), 8).asSlice(0, length);
  }

  /** Whoever can be reached on the network. */
  interface Node {
    Nid nid();

    long incarnation();

    void connected(Node other);

    void disconnected(Node other, int status);

    void land(Flight flight);
  }

  /** A message between two nodes. */
  static final class Flight {
    final LnetHeader header = new LnetHeader();
    final MemorySegment payload;
    final ProcessId from;

    Flight(LnetHeader header, MemorySegment payload, ProcessId from) {
      copy(header, this.header);
      this.payload = payload;
      this.from = from;
    }

    static void copy(LnetHeader from, LnetHeader to) {
      to.destination = from.destination;
      to.source = from.source;
      to.destinationPid = from.destinationPid;
      to.sourcePid = from.sourcePid;
      to.type = from.type;
      to.payloadLength = from.payloadLength;
      to.wireInterfaceCookie = from.wireInterfaceCookie;
      to.wireObjectCookie = from.wireObjectCookie;
      to.matchBits = from.matchBits;
      to.headerData = from.headerData;
      to.portal = from.portal;
      to.offset = from.offset;
      to.length = from.length;
    }
  }

  void fly(Flight flight, Node to) {
    if (!isLost.test(flight)) {
      var _ =
          loop.loop.schedule(
              latencyNanos,
              () -> {
                if (to.equals(nodes.get(to.nid()))) {
                  to.land(flight);
                }
              });
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  /** An interface of a node under test. */
  static final class FakeLnd implements Lnd, Node {
    final FakeNet net;
    final Nid nid;
    final long incarnation;
    final Set<Nid> connected = new HashSet<>();
    final ArrayDeque<OutgoingMessage> held = new ArrayDeque<>();
    final List<Verdict> verdicts = new ArrayList<>();
    final List<Nid> disconnects = new ArrayList<>();

    /** Messages wait until {@link #letGo} or {@link #failHeld}. */
    boolean isHolding;

    /** Nobody can be reached. */
    boolean isCutOff;

    boolean isClosed;
    private LndPort port;

    FakeLnd(FakeNet net, Nid nid, long incarnation) {
      this.net = net;
      this.nid = nid;
      this.incarnation = incarnation;
    }

    @Override
    public Nid nid() {
      return nid;
    }

    @Override
    public long incarnation() {
      return incarnation;
    }

    LndPort port() {
      return Objects.requireNonNull(port);
    }

    @Override
    public void start(LndPort port) {
      this.port = port;
      net.nodes.put(nid, this);
    }

    @Override
    public void send(OutgoingMessage message) {
      LnetHeader header = message.header();
      net.log.add(header.type + " " + header.portal + " " + nid + " " + message.neighbour().nid());
      held.add(message);
      if (!isHolding) {
        letGo(Integer.MAX_VALUE);
      }
    }

    /** Sends so many of those that wait. */
    void letGo(int count) {
      for (int i = 0; i < count && !held.isEmpty(); i++) {
        OutgoingMessage message = held.remove();
        Nid to = message.neighbour().nid();
        Node node = isCutOff ? null : net.nodes.get(to);
        if (node == null) {
          port().neighbourDown(message.neighbour(), REFUSED);
          port().sent(message, REFUSED);
          continue;
        }
        connect(node);
        MemorySegment copy = net.bytes(message.payloadLength());
        message.pieces().copyTo(message.payloadOffset(), copy, 0, message.payloadLength());
        Flight flight = new Flight(message.header(), copy, ProcessId.of(nid));
        net.fly(flight, node);
        port().sent(message, 0);
      }
    }

    /** Gives back all that wait. */
    void failHeld(int status) {
      // What is sent while these end is another try.
      var failed = new ArrayDeque<>(held);
      held.clear();
      failed.forEach(each -> port().sent(each, status));
    }

    void connect(Node node) {
      if (connected.add(node.nid())) {
        port().neighbourUp(ProcessId.of(node.nid()), node.incarnation());
        node.connected(this);
      }
    }

    @Override
    public void connected(Node other) {
      if (connected.add(other.nid())) {
        port().neighbourUp(ProcessId.of(other.nid()), other.incarnation());
      }
    }

    @Override
    public void disconnected(Node other, int status) {
      if (connected.remove(other.nid())) {
        port().neighbourDown(ProcessId.of(other.nid()), status);
      }
    }

    @Override
    public void land(Flight flight) {
      arrive(flight);
    }

    Verdict arrive(Flight flight) {
      var incoming = new IncomingMessage();
      Flight.copy(flight.header, incoming.header());
      incoming.neighbour(flight.from);
      Verdict verdict = port().arrived(incoming);
      verdicts.add(verdict);
      if (verdict == Verdict.ACCEPT) {
        incoming.store(flight.payload, 0, incoming.acceptedLength());
      }
      if (verdict != Verdict.CUT) {
        port().received(incoming, 0);
      }
      return verdict;
    }

    @Override
    public void disconnect(Nid neighbour) {
      disconnects.add(neighbour);
      Node other = net.nodes.get(neighbour);
      if (connected.remove(neighbour)) {
        port().neighbourDown(ProcessId.of(neighbour), 0);
      }
      if (other != null) {
        other.disconnected(this, RESET);
      }
    }

    @Override
    public List<ConnectionStatus> connections() {
      return List.of();
    }

    @Override
    public void close() {
      if (isClosed) {
        return;
      }
      isClosed = true;
      failHeld(SHUT_DOWN);
      vanish();
    }

    /** Is gone without a word to its own node. */
    void vanish() {
      net.nodes.remove(nid, this);
      for (Nid each : List.copyOf(connected)) {
        connected.remove(each);
        Node other = net.nodes.get(each);
        if (other != null) {
          other.disconnected(this, RESET);
        }
      }
    }
  }
}
