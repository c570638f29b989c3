/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.posix.Posix;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node, and a peer with a lower and one with a higher NID. */
abstract class TcpLndFixture {
  static final Duration MOMENT = Duration.ofMillis(50);
  static final Nid NODE = Nid.parse("127.0.31.5@tcp");
  static final Nid LOWER = Nid.parse("127.0.31.1@tcp");
  static final Nid HIGHER = Nid.parse("127.0.31.200@tcp");
  static final PeerNid NODE_NID = PeerNid.of("127.0.31.5@tcp");

  int port;
  TcpNode node;
  SimplePeer peer;
  SimplePeer higher;

  /** What the node is; tests change it. */
  TcpSettings settings() {
    return TcpSettings.of(NODE, IdentityMode.PLAIN, 77).withPort(port).withTimes(times());
  }

  TcpTimes times() {
    return new TcpTimes(
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.SECONDS.toNanos(30),
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.MILLISECONDS.toNanos(50),
        TimeUnit.MILLISECONDS.toNanos(200));
  }

  Posix posix() {
    return Posix.system();
  }

  @BeforeEach
  void startNode() {
    port = TcpLndContract.freePort();
    node = new TcpNode(posix(), settings());
    peer = new SimplePeer(PeerNid.of("127.0.31.1@tcp"), port, 11);
    higher = new SimplePeer(PeerNid.of("127.0.31.200@tcp"), port, 12);
  }

  @AfterEach
  void stopNode() {
    peer.close();
    higher.close();
    node.close();
  }

  PeerLink connect(int type) {
    return peer.connect(NODE_NID, type);
  }

  PeerLink connect() {
    return connect(ConnType.CONTROL);
  }

  PeerMessage put(long matchBits, int length) {
    return PeerMessage.put(peer.nid(), NODE_NID, -1, 4, matchBits, length);
  }
}
