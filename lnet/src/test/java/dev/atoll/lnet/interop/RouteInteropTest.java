/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import org.junit.jupiter.api.Test;

/** A node behind a router. */
class RouteInteropTest extends InteropFixture {
  private static final PeerNid FAR = PeerNid.of("10.77.0.12@tcp1");
  private static final int ROUTER = PeerInfo.FULL & ~4;

  @Test
  void pingsANodeBehindAGatewayAndTakesItsReplyFromThere() {
    InteropNode node = plainNode();
    PeerServant router = router(node);
    eventually("the gateway is known to forward", () -> node.beginPing(FAR).isAnswered());
    assertThat(node.beginPing(FAR).await()).contains(FAR);
    PeerMessage get =
        router
            .await("the routed ping", f -> f.isMessage() && f.message().target().equals(FAR))
            .message();
    assertThat(get.source()).isEqualTo(node.nid());
    assertThat(get.type()).isEqualTo(PeerMessage.GET);
  }

  /** A peer that answers for a node behind it. */
  private PeerServant router(InteropNode node) {
    PeerServant router = servingPeer(node, ROUTER);
    router.answerWith((link, frame) -> {
      PeerMessage get = frame.message();
      if (!get.target().equals(FAR) || get.type() != PeerMessage.GET) {
        return false;
      }
      byte[] info = PeerInfo.of(PeerInfo.FULL, 4, FAR).encode();
      router.send(PeerFrame.of(get.reply(info.length), info));
      return true;
    });
    node.addRoute(FAR, router.peer().nid());
    return router;
  }

  @Test
  void answersANodeBehindAGatewayThroughThatGateway() {
    InteropNode node = plainNode();
    PeerServant router = router(node);
    eventually("the node has looked at its gateway", () -> !router.links().isEmpty());
    router.link(ConnType.CONTROL).send(PeerMessage.ping(FAR, node.nid(), 55, 272));
    PeerFrame reply =
        router
            .await(
                "the routed reply",
                f ->
                    f.isMessage()
                        && f.message().type() == PeerMessage.REPLY
                        && f.message().handleLow() == 55)
            .frame();
    assertThat(reply.message().target()).isEqualTo(FAR);
    assertThat(reply.message().source()).isEqualTo(node.nid());
    assertThat(PeerInfo.decode(reply.payload()).nids()).contains(node.nid());
  }

  @Test
  void dropsAMessageForAnotherNetworkAndKeepsTheConnection() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    PeerMessage get = PeerMessage.ping(peer.nid(), PeerNid.of("10.77.0.12@tcp7"), 9, 272);
    link.send(get);
    link.send(
        PeerMessage.put(peer.nid(), PeerNid.of("10.77.0.12@tcp7"), 9, 30, 5, 100), new byte[100]);
    link.expectSilence(QUIET);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @Test
  void dropsThePingOfANodeItHasNoRouteTo() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerMessage.ping(PeerNid.of("10.77.0.12@tcp7"), node.nid(), 9, 272));
    link.expectSilence(QUIET);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }
}
