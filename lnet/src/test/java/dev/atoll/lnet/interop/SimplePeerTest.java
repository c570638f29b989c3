/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Shows the simple peer against itself, so that a failure of an interop case speaks about the node.
 */
class SimplePeerTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  private SimplePeer left;
  private SimplePeer right;

  @BeforeEach
  void start() throws Exception {
    int port;
    try (var probe = new ServerSocket(0)) {
      port = probe.getLocalPort();
    }
    left = new SimplePeer(PeerNid.of("127.0.7.1@tcp"), port, 11);
    right = new SimplePeer(PeerNid.of("127.0.7.2@tcp"), port, 22).listen();
  }

  @AfterEach
  void stop() {
    left.close();
    right.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shakesHandsAndCarriesAMessageInEveryVersion(int version) {
    var servant = new PeerServant(right, PeerInfo.of(PeerInfo.FULL, 5, right.nid())).start();
    PeerLink link = left.connect(right.nid(), version, ConnType.CONTROL, SimplePeer.ANY_PORT);
    link.send(PeerMessage.ping(left.nid(), right.nid(), 8, 3960));
    PeerFrame reply = link.receiveMessage(PeerMessage.REPLY);
    assertThat(reply.message().target()).isEqualTo(left.nid());
    assertThat(reply.message().source()).isEqualTo(right.nid());
    assertThat(reply.message().handleLow()).isEqualTo(8);
    assertThat(PeerInfo.decode(reply.payload()))
        .isEqualTo(PeerInfo.of(PeerInfo.FULL, 5, right.nid()));
    servant.close();
  }

  @Test
  void seesWhatTheOtherSideSaysInItsHello() {
    PeerHello sent =
        left.hello(right.nid(), 3, ConnType.BULK_IN).withSourcePid(7).withIncarnation(99);
    left.greet(right.nid(), SimplePeer.ANY_PORT, sent);
    PeerOffer offer = right.acceptOffer();
    assertThat(offer.hello()).isEqualTo(sent);
    assertThat(offer.request().target()).isEqualTo(right.nid());
    assertThat(offer.goodAnswer().type()).isEqualTo(ConnType.BULK_OUT);
  }

  @Test
  void refusesAHandshakeThatIsAnsweredWithNone() {
    var refuser = new Thread(() -> right.acceptOffer().refuse());
    refuser.start();
    assertThatThrownBy(() -> left.connect(right.nid(), ConnType.CONTROL))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("answered by");
  }

  @Test
  void tellsAnEndOfFileFromAResetAndFromSilence() {
    PeerLink open = left.dial(right.nid(), SimplePeer.ANY_PORT);
    PeerLink other = right.accept();
    assertThat(open.ending(SHORT)).isEqualTo(PeerLink.Ending.OPEN);
    open.expectSilence(SHORT);
    other.close();
    assertThat(open.ending()).isEqualTo(PeerLink.Ending.END_OF_FILE);
    PeerLink second = left.dial(right.nid(), SimplePeer.ANY_PORT);
    right.accept().reset();
    assertThat(second.ending()).isEqualTo(PeerLink.Ending.RESET);
  }

  @Test
  void noticesBytesWhereThereShouldBeNone() {
    PeerLink link = left.dial(right.nid(), SimplePeer.ANY_PORT);
    right.accept().write((byte) 1);
    assertThatThrownBy(() -> link.expectSilence(PeerLink.DEADLINE))
        .isInstanceOf(AssertionError.class);
    PeerLink next = left.dial(right.nid(), SimplePeer.ANY_PORT);
    PeerLink writer = right.accept();
    writer.write((byte) 1);
    writer.close();
    assertThatThrownBy(next::endingWithoutBytes).isInstanceOf(AssertionError.class);
  }

  @Test
  void acknowledgesAMessageThatAsksForItOnce() {
    var servant = new PeerServant(right, PeerInfo.of(PeerInfo.FULL, 1, right.nid())).start();
    PeerLink link = left.connect(right.nid(), ConnType.CONTROL);
    byte[] payload = new byte[1 << 16];
    new Random(1).nextBytes(payload);
    PeerMessage put = PeerMessage.put(left.nid(), right.nid(), -1, 30, 5, payload.length);
    link.send(PeerFrame.of(put, payload).withCookies(7, 0));
    PeerFrame noop = link.receive();
    assertThat(noop.type()).isEqualTo(PeerFrame.NOOP);
    assertThat(noop.firstCookie()).isZero();
    assertThat(noop.secondCookie()).isEqualTo(7);
    assertThat(servant.awaitMessage(PeerMessage.PUT).frame().payload()).isEqualTo(payload);
    link.expectSilence(SHORT);
  }

  @Test
  void acknowledgesAPushWithWhatItsBufferHolds() {
    new PeerServant(right, PeerInfo.of(PeerInfo.FULL, 1, right.nid())).start();
    PeerLink link = left.connect(right.nid(), ConnType.CONTROL);
    PeerMessage push = PeerMessage.put(left.nid(), right.nid(), 12, 0, PeerMessage.PING_BITS, 600);
    link.send(push, new byte[600]);
    assertThat(link.receiveMessage(PeerMessage.ACK).message().length()).isEqualTo(272);
  }

  @Test
  void sendsBulkOnTheBulkConnection() {
    var servant = new PeerServant(right, PeerInfo.of(PeerInfo.FULL, 1, right.nid())).start();
    var client = new PeerServant(left, PeerInfo.of(PeerInfo.FULL, 1, left.nid()));
    client.connectAll(right.nid());
    client.send(
        PeerFrame.of(PeerMessage.put(left.nid(), right.nid(), -1, 9, 1, 100), new byte[100]));
    client.send(
        PeerFrame.of(PeerMessage.put(left.nid(), right.nid(), -1, 9, 2, 1000), new byte[1000]));
    assertThat(servant.await("the small one", f -> f.message().matchBits() == 1).link().type())
        .isEqualTo(ConnType.CONTROL);
    assertThat(servant.offers()).hasSize(3);
  }
}
