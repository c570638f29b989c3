/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.testkit.Conditions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * A node of ours and simple peers around it, each at an address of its own, so that no test meets
 * another. Addresses rise: a node or peer that is made later has the higher NID.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class InteropFixture {
  /** Long enough to notice what comes, short enough to wait for what must not. */
  static final Duration QUIET = Duration.ofMillis(150);

  private static final int LNET_PORT = 988;
  private static final AtomicInteger ADDRESSES =
      new AtomicInteger((int) (ProcessHandle.current().pid() & 0x3ff) << 12);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private int port;

  /** A loopback address that no other test of this process has, above all before. */
  static String nextAddress() {
    int number = ADDRESSES.incrementAndGet();
    return "127.%d.%d.%d".formatted(20 + (number >>> 16), number >>> 8 & 0xff, number & 0xff);
  }

  static PeerNid nextNid() {
    return PeerNid.of(nextAddress() + "@tcp");
  }

  private static int freePort() {
    try (var probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(0));
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  InteropNode.Plan plain() {
    port = port == 0 ? freePort() : port;
    return InteropNode.plain(nextNid(), port);
  }

  /** A node on network tcpN. */
  InteropNode.Plan plainOn(int number) {
    return plainAt(PeerNid.of(nextNid().address(), number));
  }

  InteropNode.Plan plainAt(PeerNid nid) {
    port = port == 0 ? freePort() : port;
    return InteropNode.plain(nid, port);
  }

  InteropNode.Plan lustre() {
    whyNoLustre().ifPresent(why -> assumeTrue(false, why));
    port = LNET_PORT;
    return InteropNode.lustre(nextNid());
  }

  /** Why a node in Lustre's mode can not be had here. */
  private static Optional<String> whyNoLustre() {
    try (var probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(nextNid().address(), LNET_PORT));
      return Optional.empty();
    } catch (IOException refused) {
      return Optional.of("needs ports below 1024 (CAP_NET_BIND_SERVICE): " + refused.getMessage());
    }
  }

  InteropNode start(InteropNode.Plan plan) {
    return keep(plan.start());
  }

  InteropNode plainNode() {
    return start(plain());
  }

  InteropNode lustreNode() {
    return start(lustre());
  }

  /** A peer of the node's network; its NID is higher than all before. */
  SimplePeer peer(InteropNode node) {
    return keep(new SimplePeer(nextNid(), node.port(), 1_000_001));
  }

  /** A peer that stands below the node that is made next. */
  SimplePeer lowerPeer() {
    port = freePort();
    return keep(new SimplePeer(nextNid(), port, 1_000_001));
  }

  InteropNode plainNodeAbove(SimplePeer peer) {
    InteropNode node = plainNode();
    if (!peer.nid().isLowerThan(node.nid())) {
      throw new IllegalStateException("peer=" + peer.nid() + " node=" + node.nid());
    }
    return node;
  }

  PeerServant servant(SimplePeer peer, int features) {
    return keep(new PeerServant(peer, PeerInfo.of(features, 1, peer.nid())));
  }

  /** A peer that listens and answers. */
  PeerServant servingPeer(InteropNode node, int features) {
    return servant(peer(node).listen(), features).start();
  }

  <T extends AutoCloseable> T keep(T each) {
    open.push(each);
    return each;
  }

  /** Pings the node on a connection and gives the NIDs of the answer. */
  static List<PeerNid> pingOn(PeerLink link, SimplePeer peer, InteropNode node) {
    PeerMessage get = PeerMessage.ping(peer.nid(), node.nid(), System.nanoTime(), 3960);
    link.send(get);
    PeerFrame reply = link.receiveMessage(PeerMessage.REPLY);
    if (reply.message().handleLow() != get.handleLow()) {
      throw new AssertionError("answers another ping: " + reply);
    }
    return PeerInfo.decode(reply.payload()).nids();
  }

  /** The same where a servant reads the connection. */
  static List<PeerNid> pingOn(PeerLink link, PeerServant servant, InteropNode node) {
    PeerMessage get = PeerMessage.ping(servant.peer().nid(), node.nid(), System.nanoTime(), 3960);
    link.send(get);
    PeerFrame reply =
        servant
            .await(
                "the answer to a ping",
                frame ->
                    frame.isMessage()
                        && frame.message().type() == PeerMessage.REPLY
                        && frame.message().handleLow() == get.handleLow())
            .frame();
    return PeerInfo.decode(reply.payload()).nids();
  }

  static void eventually(String what, BooleanSupplier condition) {
    Conditions.await(what, PeerLink.DEADLINE, condition);
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
