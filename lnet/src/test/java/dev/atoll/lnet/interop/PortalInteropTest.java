/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerArrival;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PUT and GET on portals. */
class PortalInteropTest extends InteropFixture {
  private static final int MEBIBYTE = 1 << 20;

  @ParameterizedTest
  @ValueSource(ints = {12, 64, -1})
  void dropsAPutThatMatchesNothingWithoutAWord(int portal) {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerMessage.put(peer.nid(), node.nid(), 4, portal, 5, 100), new byte[100]);
    link.expectSilence(QUIET);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @ParameterizedTest
  @ValueSource(ints = {PeerMessage.ACK, PeerMessage.REPLY})
  void ignoresAnAnswerToWhatItDoesNotKnow(int type) {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    PeerMessage asked = PeerMessage.ping(node.nid(), peer.nid(), 77, 100);
    if (type == PeerMessage.ACK) {
      link.send(asked.ack(3));
    } else {
      link.send(asked.reply(100), new byte[100]);
    }
    link.expectSilence(QUIET);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @Test
  void getsAMebibyteOnControlAndTakesItOnItsBulkIn() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    byte[] data = FramingInteropTest.bytes(MEBIBYTE);
    var asked = new ArrayList<PeerArrival>();
    servant.answerWith((link, frame) -> {
      PeerMessage get = frame.message();
      if (get.type() != PeerMessage.GET || get.portal() != 52) {
        return false;
      }
      asked.add(new PeerArrival(link, frame));
      servant.send(PeerFrame.of(get.reply(get.length()), data).withCookies(2, 0));
      return true;
    });
    node.beginPing(servant.peer().nid()).await();
    eventually("three connections", () -> servant.links().size() == 3);
    InteropBuffer buffer = node.get(servant.peer().nid(), 52, 0x3159_0000_0000_000eL, MEBIBYTE);
    assertThat(buffer.await(LnetEventType.REPLY).status()).isZero();
    assertThat(buffer.bytes()).isEqualTo(data);
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().link().type()).isEqualTo(ConnType.CONTROL);
    assertThat(asked.getFirst().message().length()).isEqualTo(MEBIBYTE);
    assertThat(asked.getFirst().message().matchBits()).isEqualTo(0x3159_0000_0000_000eL);
    servant.await("its acknowledgement", frame -> frame.secondCookie() == 2);
  }

  @Test
  void putsAMebibyteOnItsBulkOutWithoutAskingForAnAck() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    byte[] data = FramingInteropTest.bytes(MEBIBYTE);
    node.beginPing(servant.peer().nid()).await();
    eventually("three connections", () -> servant.links().size() == 3);
    node.put(servant.peer().nid(), 52, 11, data, false).await(LnetEventType.SEND);
    PeerArrival put = servant.awaitMessage(PeerMessage.PUT);
    assertThat(put.link().type()).isEqualTo(ConnType.BULK_IN);
    assertThat(put.frame().payload()).isEqualTo(data);
    assertThat(put.frame().firstCookie()).isZero();
    assertThat(put.frame().checksum()).isZero();
    assertThat(put.message().handleHigh()).isEqualTo(-1);
    assertThat(put.message().handleLow()).isEqualTo(-1);
    assertThat(put.message().matchBits()).isEqualTo(11);
  }

  @Test
  void ninePutsAtOnceComeInOrderOnOneConnection() {
    InteropNode node = plainNode();
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    node.beginPing(servant.peer().nid()).await();
    eventually("three connections", () -> servant.links().size() == 3);
    for (int number = 0; number < 9; number++) {
      node.put(servant.peer().nid(), 30, number, new byte[100], false);
    }
    var arrivals = new ArrayList<PeerArrival>();
    while (arrivals.size() < 9) {
      arrivals.add(servant.awaitMessage(PeerMessage.PUT));
    }
    assertThat(arrivals)
        .extracting(arrival -> arrival.message().matchBits())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(arrivals).extracting(PeerArrival::link).containsOnly(arrivals.getFirst().link());
  }

  @Test
  void takesSmallPutsThatOvertakeLargeOnes() {
    InteropNode node = plainNode();
    var buffers = new ArrayList<InteropBuffer>();
    for (int number = 0; number < 10; number++) {
      buffers.add(node.post(30, number, number % 2 == 0 ? 100_000 : 100));
    }
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink bulk = peer.connect(node.nid(), ConnType.BULK_OUT);
    byte[] large = FramingInteropTest.bytes(100_000);
    byte[] small = FramingInteropTest.bytes(100);
    for (int number = 0; number < 10; number += 2) {
      byte[] first =
          PeerFrame.of(PeerMessage.put(peer.nid(), node.nid(), number, 30, number, 100_000), large)
              .encode(3);
      int half = first.length / 2;
      bulk.write(Arrays.copyOf(first, half));
      control.send(
          PeerMessage.put(peer.nid(), node.nid(), number + 1L, 30, number + 1L, 100), small);
      assertThat(control.receiveMessage(PeerMessage.ACK).message().handleLow())
          .isEqualTo(number + 1L);
      bulk.write(Arrays.copyOfRange(first, half, first.length));
      assertThat(control.receiveMessage(PeerMessage.ACK).message().length()).isEqualTo(100_000);
    }
    for (int number = 0; number < 10; number++) {
      assertThat(buffers.get(number).bytes()).isEqualTo(number % 2 == 0 ? large : small);
    }
  }

  @Test
  void aGetWhoseReplyIsLostEndsWithAnErrorOnceAndFreesItsMemory() {
    InteropNode node = start(plain().transactionTimeout(Duration.ofMillis(400)));
    PeerServant servant = servingPeer(node, PeerInfo.PINGABLE);
    servant.answerWith((link, frame) -> frame.message().portal() == 52);
    InteropBuffer buffer = node.get(servant.peer().nid(), 52, 7, 100);
    assertThat(buffer.await(LnetEventType.REPLY).status()).isNegative();
    assertThat(buffer.isUnlinked()).isTrue();
    PeerMessage get =
        servant
            .await("the GET", frame -> frame.isMessage() && frame.message().portal() == 52)
            .message();
    servant.send(PeerFrame.of(get.reply(100), FramingInteropTest.bytes(100)));
    assertThat(pingOn(servant.link(ConnType.CONTROL), servant, node)).contains(node.nid());
    assertThat(buffer.bytes()).containsOnly(0);
    assertThat(buffer.events())
        .extracting(InteropBuffer.Seen::type)
        .containsExactly(LnetEventType.SEND, LnetEventType.REPLY);
  }
}
