/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A node that does nothing by itself: tests tell it what to say, and ask it what it has heard. */
public final class SimplePeer implements AutoCloseable {
  /** Lets the operating system choose the source port. */
  public static final int ANY_PORT = 0;

  private final PeerNid nid;
  private final int port;
  private final long incarnation;
  private final Queue<PeerLink> links = new ConcurrentLinkedQueue<>();
  private Optional<ServerSocket> listener = Optional.empty();

  /**
   * Makes a peer of one NID.
   *
   * @param nid whose address it binds
   * @param port where all nodes of the network listen
   * @param incarnation what its HELLOs say
   */
  public SimplePeer(PeerNid nid, int port, long incarnation) {
    this.nid = nid;
    this.port = port;
    this.incarnation = incarnation;
  }

  /** Who it is. */
  public PeerNid nid() {
    return nid;
  }

  /** Where nodes of its network listen. */
  public int port() {
    return port;
  }

  /** What its HELLOs say. */
  public long incarnation() {
    return incarnation;
  }

  /** Begins to listen at its address. */
  public synchronized SimplePeer listen() {
    try {
      var server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(nid.address(), port), 64);
      listener = Optional.of(server);
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException("listening at " + nid + " port " + port, failed);
    }
  }

  /** Stops to listen; connections stay. */
  public synchronized void stopListening() {
    listener.ifPresent(SimplePeer::closeQuietly);
    listener = Optional.empty();
  }

  private static void closeQuietly(ServerSocket server) {
    try {
      server.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Takes a connection and reads nothing. */
  public PeerLink accept() {
    return acceptWithin(PeerLink.DEADLINE)
        .orElseThrow(() -> new AssertionError("nobody connected to " + nid));
  }

  /** Takes a connection if one comes in time, and reads nothing. */
  public Optional<PeerLink> acceptWithin(Duration atMost) {
    ServerSocket server;
    synchronized (this) {
      server = listener.orElseThrow(() -> new IllegalStateException("does not listen: " + nid));
    }
    try {
      server.setSoTimeout(Math.max(1, (int) atMost.toMillis()));
      return Optional.of(keep(server.accept()));
    } catch (SocketTimeoutException nobody) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Takes a connection and reads what it asks for; nothing is answered yet. */
  public PeerOffer acceptOffer() {
    return readOffer(accept());
  }

  /** Reads what a connection asks for. */
  public PeerOffer readOffer(PeerLink link) {
    byte[] start = link.read(PeerRequest.sizeOf(1));
    int version = PeerRequest.versionOf(start);
    byte[] whole = join(start, link.read(PeerRequest.sizeOf(version) - start.length));
    return new PeerOffer(this, link, PeerRequest.decode(whole), readHello(link));
  }

  /** Reads a HELLO of any version, and the addresses behind it. */
  public static PeerHello readHello(PeerLink link) {
    byte[] start = link.read(8);
    int size = PeerHello.sizeOf(PeerHello.versionOf(start));
    PeerHello hello = PeerHello.decode(join(start, link.read(size - start.length)));
    if (hello.version() != 4) {
      link.read(4 * hello.ips());
    }
    return hello;
  }

  /** Joins arrays of bytes. */
  public static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Connects to a node and says nothing. */
  public PeerLink dial(PeerNid target, int sourcePort) {
    try {
      var socket = new Socket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(nid.address(), sourcePort));
      socket.connect(
          new InetSocketAddress(target.address(), port), (int) PeerLink.DEADLINE.toMillis());
      return keep(socket);
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "connecting " + nid + " port " + sourcePort + " to " + target + " port " + port, failed);
    }
  }

  private PeerLink keep(Socket socket) {
    var link = new PeerLink(socket);
    links.add(link);
    return link;
  }

  /** A good HELLO of this peer. */
  public PeerHello hello(PeerNid target, int version, int type) {
    return PeerHello.of(version, nid, target, incarnation, type);
  }

  /** Connects and says who it is; the answer is not read. */
  public PeerLink greet(PeerNid target, int sourcePort, PeerHello hello) {
    PeerLink link = dial(target, sourcePort);
    link.write(join(PeerRequest.of(target).encode(), hello.encode()));
    link.open(hello.version(), hello.type());
    return link;
  }

  /** Connects with version 3, or 4 over IPv6, and checks the answer. */
  public PeerLink connect(PeerNid target, int type) {
    return connect(target, target.isLarge() ? 4 : 3, type, ANY_PORT);
  }

  /** Connects and checks the answer. */
  public PeerLink connect(PeerNid target, int version, int type, int sourcePort) {
    PeerLink link = greet(target, sourcePort, hello(target, version, type));
    PeerHello answer = readHello(link);
    if (answer.version() != version
        || !answer.source().equals(target)
        || answer.sourcePid() != 12345
        || answer.type() != ConnType.inverse(type)) {
      throw new AssertionError("type " + type + " was answered by " + answer);
    }
    return link;
  }

  @Override
  public void close() {
    stopListening();
    links.forEach(PeerLink::close);
  }
}
