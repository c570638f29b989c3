/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nodes that go, and nodes that come back. */
class FailureInteropTest extends InteropFixture {
  @Test
  void aRefusedConnectionClosesAllThatThePeersAddressHas() {
    InteropNode node = start(lustre().acceptAll());
    SimplePeer peer = peer(node);
    PeerLink high = peer.connect(node.nid(), 3, ConnType.CONTROL, 40_000);
    assertThat(pingOn(high, peer, node)).contains(node.nid());
    assertThat(node.beginPing(peer.nid()).failure()).isPositive();
    assertThat(high.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void aPingToWhereNobodyListensFailsAndWorksOnceSomebodyDoes() {
    InteropNode node = start(plain().retryAfter(Duration.ofMillis(50)));
    SimplePeer peer = peer(node);
    assertThat(node.beginPing(peer.nid()).failure()).isPositive();
    servant(peer.listen(), PeerInfo.PINGABLE).start();
    eventually("a ping that works", () -> node.beginPing(peer.nid()).isAnswered());
  }

  @Test
  void aRestartedNodeHasANewIncarnationAndForgetsItsOldHandles() {
    InteropNode.Plan plan = plain();
    InteropNode first = start(plan);
    PeerServant servant = servingPeer(first, PeerInfo.PINGABLE);
    servant.answerWith((link, frame) -> frame.message().portal() == 52);
    first.get(servant.peer().nid(), 52, 7, 100);
    PeerMessage old =
        servant
            .await("the GET", frame -> frame.isMessage() && frame.message().portal() == 52)
            .message();
    long incarnation = servant.offers().getFirst().hello().incarnation();
    first.close();
    eventually("the old connections end", () -> servant.links().isEmpty());
    InteropNode second = start(plan);
    assertThat(second.beginPing(servant.peer().nid()).await()).contains(servant.peer().nid());
    assertThat(servant.offers().getLast().hello().incarnation()).isGreaterThan(incarnation);
    servant.send(PeerFrame.of(old.reply(100), new byte[100]));
    assertThat(pingOn(servant.link(ConnType.CONTROL), servant, second)).contains(second.nid());
  }

  @Test
  void aPeerThatComesBackWithANewIncarnationIsTaken() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink old = peer.connect(node.nid(), ConnType.CONTROL);
    assertThat(pingOn(old, peer, node)).contains(node.nid());
    old.close();
    SimplePeer reborn = keep(new SimplePeer(peer.nid(), peer.port(), peer.incarnation() + 1));
    eventually("the new one is taken", () -> isTaken(reborn, node));
  }

  private static boolean isTaken(SimplePeer reborn, InteropNode node) {
    PeerLink link =
        reborn.greet(
            node.nid(), SimplePeer.ANY_PORT, reborn.hello(node.nid(), 3, ConnType.CONTROL));
    if (SimplePeer.readHello(link).type() != ConnType.CONTROL) {
      return false;
    }
    return pingOn(link, reborn, node).contains(node.nid());
  }

  @Test
  void backsOffFromAPeerThatHasClosedEverythingAndComesBackLater() {
    InteropNode node = start(plain().retryAfter(Duration.ofMillis(200)));
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    node.beginPing(servant.peer().nid()).await();
    eventually("three connections", () -> servant.links().size() == 3);
    servant.peer().stopListening();
    servant.links().forEach(PeerLink::close);
    eventually("no connection", () -> node.connectionLetters(servant.peer().nid()).isEmpty());
    SimplePeer closing = keep(new SimplePeer(servant.peer().nid(), node.port(), 2)).listen();
    int attempts = 0;
    long endNanos = System.nanoTime() + 1_000_000_000L;
    while (System.nanoTime() < endNanos) {
      node.beginPing(closing.nid());
      if (closing.acceptWithin(Duration.ofMillis(20)).map(link -> close(link)).isPresent()) {
        attempts++;
      }
    }
    assertThat(attempts).isBetween(1, 6);
    servant(closing, PeerInfo.PINGABLE).start();
    eventually("a ping that works", () -> node.beginPing(closing.nid()).isAnswered());
  }

  private static boolean close(PeerLink link) {
    link.close();
    return true;
  }
}
