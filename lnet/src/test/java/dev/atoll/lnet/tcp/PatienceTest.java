/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.posix.Errno;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long the node waits, and how many it lets wait, with times made short. */
class PatienceTest extends TcpLndFixture {
  private static final int HALF_OPEN = 3;

  @Override
  TcpTimes times() {
    return new TcpTimes(
        TimeUnit.MILLISECONDS.toNanos(150),
        TimeUnit.MILLISECONDS.toNanos(300),
        TimeUnit.MILLISECONDS.toNanos(60),
        TimeUnit.MILLISECONDS.toNanos(30),
        TimeUnit.MILLISECONDS.toNanos(20),
        TimeUnit.MILLISECONDS.toNanos(50));
  }

  @Override
  TcpSettings settings() {
    TcpBounds usual = TcpBounds.usual();
    return super.settings()
        .withBounds(
            new TcpBounds(
                HALF_OPEN, 2, 10, 1, usual.hotSockets(), usual.coldAfterLooks(), 64 << 10));
  }

  @Test
  void closesWhoSaysNothing() {
    PeerLink silent = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    PeerLink half = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    half.write(PeerRequest.of(NODE_NID).encode());
    assertThat(silent.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(half.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.SLOW, 2);
  }

  @Test
  void letsTheOldestGiveWayWhenTooManySayNothing() {
    PeerLink oldest = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    for (int i = 0; i < HALF_OPEN * 10; i++) {
      peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    }
    assertThat(oldest.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    connect().send(put(1, 0));
    node.awaitArrivals(1);
  }

  @Test
  void takesNoMoreNeighboursThanItHasRoomFor() {
    connect();
    higher.connect(NODE_NID, ConnType.CONTROL);
    var third = new SimplePeer(dev.atoll.lnet.peer.PeerNid.of("127.0.31.3@tcp"), port, 1);
    PeerLink link =
        third.greet(NODE_NID, SimplePeer.ANY_PORT, third.hello(NODE_NID, 3, ConnType.CONTROL));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.CROWDED, 1);
    third.close();
  }

  @Test
  void cutsOffWhoStopsWithinAMessage() {
    PeerLink control = connect();
    byte[] frame = PeerFrame.of(put(1, 5000), new byte[5000]).encode(3);
    control.write(Arrays.copyOf(frame, 3000));
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.STALLED, 1);
    node.awaitArrivals(1);
    assertThat(node.ask(() -> node.port.arrivals.getFirst().status()))
        .isEqualTo(-Errno.ETIMEDOUT.number());
  }

  @Test
  void cutsOffWhoReadsNothing() {
    connect();
    node.awaitConnections(1);
    for (int i = 0; i < 9; i++) {
      node.put(LOWER, i, 1 << 20);
    }
    node.awaitCut(Cut.STALLED, 1);
    node.await("all ended", () -> node.port.sent.size() == 9);
    assertThat(node.ask(() -> node.port.sent.getLast().status())).isNegative();
  }

  @Test
  void refusesMoreMessagesThanMayWait() {
    connect();
    node.awaitConnections(1);
    for (int i = 0; i < 40; i++) {
      node.put(LOWER, i, 1 << 20);
    }
    node.await("all ended", () -> node.port.sent.size() == 40);
    assertThat(node.ask(() -> node.port.sent))
        .anyMatch(each -> each.status() == -Errno.ENOBUFS.number());
  }

  @Test
  void leavesIdleNeighboursAlone() {
    PeerLink control = connect();
    node.awaitConnections(1);
    control.expectSilence(java.time.Duration.ofMillis(500));
  }

  @Test
  void showsASilentNeighbourThatItIsAlive() {
    connect();
    PeerLink bulk = connect(ConnType.BULK_OUT);
    for (int i = 0; i < 3; i++) {
      PeerFrame sign = bulk.receive();
      assertThat(sign.type()).isEqualTo(PeerFrame.NOOP);
      assertThat(sign.firstCookie()).isZero();
      assertThat(sign.secondCookie()).isEqualTo(1);
    }
    assertThat(node.ask(() -> node.lnd.counters().sentKeepalives)).isGreaterThanOrEqualTo(3);
  }

  @Test
  void givesUpWhereNobodyAnswers() {
    peer.listen();
    node.put(LOWER, 1, 10);
    node.await("an end", () -> !node.port.sent.isEmpty());
    assertThat(node.ask(() -> node.port.sent.getFirst().status()))
        .isEqualTo(-Errno.ETIMEDOUT.number());
  }
}
