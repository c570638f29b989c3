/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetEventType;
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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checksums, cookies, keepalives, and what cuts a peer off. */
class FramingInteropTest extends InteropFixture {
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void answersAMessageOfVersionTwoWhoseChecksumIsRight() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), 2, ConnType.CONTROL, SimplePeer.ANY_PORT);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
    PeerFrame ping = PeerFrame.of(PeerMessage.ping(peer.nid(), node.nid(), 8, 272));
    link.send(ping.withChecksum(ping.wholeChecksum()));
    assertThat(link.receiveMessage(PeerMessage.REPLY).message().handleLow()).isEqualTo(8);
  }

  @Test
  void closesAllConnectionsOfAPeerWhoseChecksumIsWrong() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), 2, ConnType.CONTROL, SimplePeer.ANY_PORT);
    PeerLink bulk = peer.connect(node.nid(), 2, ConnType.BULK_OUT, SimplePeer.ANY_PORT);
    PeerFrame ping = PeerFrame.of(PeerMessage.ping(peer.nid(), node.nid(), 8, 272));
    control.send(ping.withChecksum(ping.wholeChecksum() ^ 1));
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    PeerLink next = peer.connect(node.nid(), 2, ConnType.CONTROL, SimplePeer.ANY_PORT);
    next.expectSilence(QUIET);
    assertThat(pingOn(next, peer, node)).contains(node.nid());
  }

  @Test
  void versionThreeChecksThePayloadAlone() {
    InteropNode node = plainNode();
    InteropBuffer buffer = node.post(30, 5, 100);
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    byte[] payload = bytes(100);
    PeerFrame put = PeerFrame.of(PeerMessage.put(peer.nid(), node.nid(), 3, 30, 5, 100), payload);
    link.send(put.withChecksum(put.payloadChecksum()));
    assertThat(link.receiveMessage(PeerMessage.ACK).message().length()).isEqualTo(100);
    assertThat(buffer.bytes()).isEqualTo(payload);
    PeerFrame ping = PeerFrame.of(PeerMessage.ping(peer.nid(), node.nid(), 8, 272));
    link.send(ping.withChecksum(-1));
    assertThat(link.receiveMessage(PeerMessage.REPLY).message().handleLow()).isEqualTo(8);
    link.send(PeerFrame.noop(0, 1).withChecksum(0x1234));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  /** A frame that breaks the protocol. */
  interface Breach {
    PeerFrame of(PeerNid peer, PeerNid node);
  }

  static Stream<Arguments> breaches() {
    return Stream.of(
        breach(
            "a GET with payload",
            (peer, node) ->
                PeerFrame.of(PeerMessage.ping(peer, node, 9, 272).withPayloadLength(4), bytes(4))),
        breach(
            "an ACK with payload",
            (peer, node) ->
                PeerFrame.of(
                    PeerMessage.ping(node, peer, 9, 272).ack(0).withPayloadLength(4), bytes(4))),
        breach(
            "a HELLO in place of a message",
            (peer, node) -> PeerFrame.of(PeerMessage.ping(peer, node, 9, 0).withType(4))),
        breach(
            "a type that does not exist",
            (peer, node) -> PeerFrame.of(PeerMessage.ping(peer, node, 9, 0).withType(9))),
        breach(
            "a PUT of a byte too many",
            (peer, node) -> PeerFrame.of(PeerMessage.put(peer, node, 9, 30, 5, MEBIBYTE + 1))),
        breach(
            "a REPLY of a byte too many",
            (peer, node) -> PeerFrame.of(PeerMessage.ping(node, peer, 9, 0).reply(MEBIBYTE + 1))),
        breach(
            "a message for another node of the network",
            (peer, node) ->
                PeerFrame.of(
                    PeerMessage.ping(peer, node, 9, 272)
                        .withTarget(PeerNid.of("127.99.99.99@tcp")))),
        breach("a frame of an unknown type", (peer, node) -> PeerFrame.noop(0, 0).withType(0xc2)));
  }

  private static Arguments breach(String name, Breach breach) {
    return Arguments.of(Named.of(name, breach));
  }

  @ParameterizedTest
  @MethodSource("breaches")
  void closesAllConnectionsOfAPeerThatBreaksTheProtocol(Breach breach) {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    SimplePeer bystander = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink bulk = peer.connect(node.nid(), ConnType.BULK_OUT);
    PeerLink other = bystander.connect(node.nid(), ConnType.CONTROL);
    assertThat(pingOn(control, peer, node)).contains(node.nid());
    control.writeAtBest(breach.of(peer.nid(), node.nid()).encode(3));
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(pingOn(other, bystander, node)).contains(node.nid());
  }

  @Test
  void closesAllConnectionsOfAPeerThatSendsToItsOtherNetwork() {
    InteropNode node = plainNode();
    PeerNid other = PeerNid.of(nextNid().address(), 1);
    node.addInterface(other);
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink bulk = peer.connect(node.nid(), ConnType.BULK_OUT);
    assertThat(pingOn(control, peer, node)).contains(node.nid(), other);
    control.send(PeerMessage.ping(peer.nid(), node.nid(), 9, 272).withTarget(other));
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void takesAKeepaliveAndAnEmptyNoopWithoutAWord() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerFrame.noop(0, 1));
    link.send(PeerFrame.noop(0, 0));
    link.expectSilence(QUIET);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @ParameterizedTest
  @ValueSource(longs = {99, 2, -1})
  void closesAllConnectionsOfAPeerThatAcknowledgesWhatNobodyAskedFor(long cookie) {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink bulk = peer.connect(node.nid(), ConnType.BULK_IN);
    control.send(PeerFrame.noop(0, cookie));
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void acknowledgesACookieOnItsBulkInWhetherThePutMatchesOrNot(boolean matches) {
    InteropNode node = plainNode();
    if (matches) {
      node.post(30, 5, 1 << 16);
    }
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink in = peer.connect(node.nid(), ConnType.BULK_IN);
    PeerLink out = peer.connect(node.nid(), ConnType.BULK_OUT);
    PeerMessage put = PeerMessage.put(peer.nid(), node.nid(), -1, 30, 5, 1 << 16);
    out.send(PeerFrame.of(put, bytes(1 << 16)).withCookies(7, 0));
    assertAcknowledges(out.receive(), 7);
    control.expectSilence(QUIET);
    in.expectSilence(QUIET);
    out.expectSilence(QUIET);
  }

  @Test
  void acknowledgesACookieOfAMessageWithoutPayload() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink out = peer.connect(node.nid(), ConnType.BULK_OUT);
    control.send(PeerFrame.of(PeerMessage.ping(peer.nid(), node.nid(), 8, 272)).withCookies(9, 0));
    assertThat(control.receiveMessage(PeerMessage.REPLY)).isNotNull();
    assertAcknowledges(out.receive(), 9);
  }

  private static void assertAcknowledges(PeerFrame frame, long cookie) {
    assertThat(frame.type()).isEqualTo(PeerFrame.NOOP);
    assertThat(frame.firstCookie()).isZero();
    assertThat(frame.secondCookie()).isEqualTo(cookie);
    assertThat(frame.checksum()).isZero();
  }

  @Test
  void acknowledgesTheCookieOfAReplyOnceAndAsksForNoneItself() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    byte[] data = bytes(1 << 16);
    servant.answerWith((link, frame) -> {
      PeerMessage get = frame.message();
      if (get.type() != PeerMessage.GET || get.portal() != 52) {
        return false;
      }
      servant.send(PeerFrame.of(get.reply(data.length), data).withCookies(2, 0));
      return true;
    });
    InteropBuffer buffer = node.get(servant.peer().nid(), 52, 7, data.length);
    assertThat(buffer.await(LnetEventType.REPLY).status()).isZero();
    assertThat(buffer.bytes()).isEqualTo(data);
    assertAcknowledges(
        servant.await("an acknowledgement", frame -> frame.type() == PeerFrame.NOOP).frame(), 2);
    servant.link(ConnType.CONTROL).send(PeerMessage.ping(servant.peer().nid(), node.nid(), 3, 272));
    servant.awaitMessage(PeerMessage.REPLY);
    assertThat(servant.heard())
        .noneMatch(arrival -> arrival.frame().type() == PeerFrame.NOOP)
        .allMatch(arrival -> arrival.frame().firstCookie() == 0);
  }

  @Test
  void sendsAKeepaliveOnItsBulkInWhenAPeerIsIdle() {
    InteropNode node = start(plain().keepalive(Duration.ofMillis(200)));
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink in = peer.connect(node.nid(), ConnType.BULK_IN);
    PeerLink out = peer.connect(node.nid(), ConnType.BULK_OUT);
    assertAcknowledges(out.receive(), 1);
    assertThat(List.of(control, in)).allSatisfy(link -> link.expectSilence(Duration.ofMillis(50)));
  }

  @Test
  void neverAnswersOnAConnectionOfNoType() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.ANY);
    link.send(PeerMessage.ping(peer.nid(), node.nid(), 8, 272));
    link.expectSilence(QUIET.multipliedBy(3));
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int index = 0; index < length; index++) {
      bytes[index] = (byte) (index * 31 + (index >>> 8));
    }
    return bytes;
  }
}
