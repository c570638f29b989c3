/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pings, discovery and pushes. */
class PingInteropTest extends InteropFixture {
  @Test
  void aPingListsTheNidsOfAPeerLoopbackFirst() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.FULL);
    assertThat(node.beginPing(servant.peer().nid()).await())
        .containsExactly(PeerNid.LOOPBACK, servant.peer().nid());
    PeerMessage get = servant.awaitMessage(PeerMessage.GET).message();
    assertThat(get.portal()).isZero();
    assertThat(get.matchBits()).isEqualTo(PeerMessage.PING_BITS);
    assertThat(get.offset()).isZero();
    assertThat(get.sourcePid()).isEqualTo(12345);
    assertThat(get.targetPid()).isEqualTo(12345);
  }

  @Test
  void answersAPingWithWhatAKernelNodeSays() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    PeerMessage get = PeerMessage.ping(peer.nid(), node.nid(), 8, 3960);
    link.send(get);
    PeerFrame reply = link.receiveMessage(PeerMessage.REPLY);
    assertThat(reply.message()).isEqualTo(get.reply(48));
    PeerInfo info = PeerInfo.decode(reply.payload());
    assertThat(info.features()).isEqualTo(PeerInfo.FULL);
    assertThat(info.pid()).isEqualTo(12345);
    assertThat(info.sequence()).isPositive();
    assertThat(info.nids()).containsExactly(node.nid());
    assertThat(info.encode()).isEqualTo(reply.payload());
  }

  @Test
  void discoversAPeerThatDiscoversByGetAndPush() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.FULL);
    node.beginDiscover(servant.peer().nid()).await();
    servant.awaitMessage(PeerMessage.GET);
    PeerFrame push = servant.awaitMessage(PeerMessage.PUT).frame();
    assertThat(push.message().portal()).isZero();
    assertThat(push.message().matchBits()).isEqualTo(PeerMessage.PING_BITS);
    assertThat(push.message().headerData()).isZero();
    assertThat(push.message().offset()).isZero();
    assertThat(push.message().handleLow()).isNotEqualTo(-1);
    assertThat(PeerInfo.decode(push.payload()).nids()).containsExactly(node.nid());
    assertThat(node.isMultiRail(servant.peer().nid())).isTrue();
  }

  @Test
  void pushesNothingToAPeerThatDoesNotDiscover() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    node.beginDiscover(servant.peer().nid()).await();
    servant.awaitMessage(PeerMessage.GET);
    assertThat(pingOn(servant.link(ConnType.CONTROL), servant, node)).contains(node.nid());
    assertThat(servant.heard()).noneMatch(arrival -> arrival.message().type() == PeerMessage.PUT);
    assertThat(node.isMultiRail(servant.peer().nid())).isFalse();
  }

  @Test
  void acknowledgesAPushWithItsLength() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.FULL);
    node.beginDiscover(servant.peer().nid()).await();
    PeerInfo raised = PeerInfo.of(PeerInfo.FULL, 9, servant.peer().nid());
    servant.setInfo(raised);
    assertThat(push(servant, node, raised.encode()).length()).isEqualTo(48);
  }

  @Test
  void keepsTheStartOfALongPushAndPingsForTheRest() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.FULL);
    node.beginDiscover(servant.peer().nid()).await();
    servant.awaitMessage(PeerMessage.GET);
    servant.awaitMessage(PeerMessage.PUT);
    PeerInfo raised = PeerInfo.of(PeerInfo.FULL, 9, servant.peer().nid());
    servant.setInfo(raised);
    byte[] push = Arrays.copyOf(raised.encode(), 600);
    push[12] = 36;
    assertThat(push(servant, node, push).length()).isEqualTo(272);
    servant.awaitMessage(PeerMessage.GET);
  }

  @Test
  void takesAPushOfRubbishAndGoesOn() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.FULL);
    node.beginDiscover(servant.peer().nid()).await();
    assertThat(push(servant, node, FramingInteropTest.bytes(100)).length()).isEqualTo(100);
    assertThat(push(servant, node, new byte[0]).length()).isZero();
    assertThat(pingOn(servant.link(ConnType.CONTROL), servant, node)).contains(node.nid());
  }

  private static PeerMessage push(PeerServant servant, InteropNode node, byte[] bytes) {
    PeerNid self = servant.peer().nid();
    long handle = System.nanoTime();
    servant.send(
        PeerFrame.of(
            PeerMessage.put(self, node.nid(), handle, 0, PeerMessage.PING_BITS, bytes.length),
            bytes));
    return servant
        .await(
            "the ACK of a push",
            frame ->
                frame.isMessage()
                    && frame.message().type() == PeerMessage.ACK
                    && frame.message().handleLow() == handle)
        .message();
  }

  @Test
  void readsThePingBufferWhereAndAsFarAsAsked() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    byte[] whole = part(link, peer, node, 0, 3960);
    assertThat(whole).hasSize(48);
    assertThat(part(link, peer, node, 16, 20)).isEqualTo(Arrays.copyOfRange(whole, 16, 36));
    assertThat(part(link, peer, node, 48, 20)).isEmpty();
    assertThat(part(link, peer, node, 0, 0)).isEmpty();
    assertThat(part(link, peer, node, 40, 0xffffffff)).hasSize(8);
  }

  private static byte[] part(
      PeerLink link, SimplePeer peer, InteropNode node, int offset, int length) {
    link.send(
        PeerMessage.get(
            peer.nid(), node.nid(), offset + 1L, 0, PeerMessage.PING_BITS, offset, length));
    return link.receiveMessage(PeerMessage.REPLY).payload();
  }

  @Test
  void answersAPingForAnotherPid() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerMessage.ping(peer.nid(), node.nid(), 8, 272).withPids(999, 12345));
    assertThat(link.receiveMessage(PeerMessage.REPLY).message().targetPid()).isEqualTo(12345);
  }

  @Test
  void cutsAPeerThatSpeaksForAnotherPidThanItsHello() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerMessage.ping(peer.nid(), node.nid(), 8, 272).withPids(12345, 777));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void aPingThatIsNotAnsweredFailsInTimeAndTheConnectionsStay() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    node.beginPing(servant.peer().nid()).await();
    eventually("three connections", () -> servant.links().size() == 3);
    servant.setAnswersGets(false);
    assertThat(node.beginPing(servant.peer().nid(), Duration.ofMillis(300)).failure()).isPositive();
    List<PeerLink> links = servant.links();
    assertThat(links).hasSize(3);
    assertThat(pingOn(links.getFirst(), servant, node)).contains(node.nid());
    assertThat(servant.offers()).hasSize(3);
  }
}
