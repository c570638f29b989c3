/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the node connects, seen by a peer that answers what it likes. */
class ActiveHandshakeTest extends TcpLndFixture {
  @BeforeEach
  void listen() {
    peer.listen();
  }

  private int statusOfFirst() {
    node.await("an end", () -> !node.port.sent.isEmpty());
    return node.ask(() -> node.port.sent.getFirst().status());
  }

  @Test
  void opensTheTypesInOrder() {
    node.put(LOWER, 1, 10);
    List<Integer> types = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      PeerOffer offer = peer.acceptOffer();
      types.add(offer.hello().type());
      assertThat(offer.request().target()).isEqualTo(peer.nid());
      assertThat(offer.request().version()).isEqualTo(1);
      assertThat(offer.hello().version()).isEqualTo(3);
      assertThat(offer.hello().source()).isEqualTo(NODE_NID);
      assertThat(offer.hello().incarnation()).isEqualTo(77);
      assertThat(offer.link().remote().getAddress()).isEqualTo(NODE_NID.address());
      offer.answer();
    }
    assertThat(types).containsExactly(ConnType.CONTROL, ConnType.BULK_IN, ConnType.BULK_OUT);
    node.awaitConnections(3);
    assertThat(node.ask(() -> node.lnd.connections()))
        .extracting(ConnectionStatus::type)
        .containsExactly('C', 'I', 'O');
  }

  @Test
  void sendsShortAndLongMessagesOverTheirOwnConnections() {
    var servant = new PeerServant(peer, PeerInfo.of(PeerInfo.FULL, 1, peer.nid())).start();
    node.put(LOWER, 1, 10);
    node.put(LOWER, 2, 100_000);
    assertThat(servant.await("short", each -> is(each, 1)).link().type())
        .isEqualTo(ConnType.CONTROL);
    assertThat(servant.await("long", each -> is(each, 2)).link().type())
        .isEqualTo(ConnType.BULK_IN);
    servant.close();
  }

  private static boolean is(dev.atoll.lnet.peer.PeerFrame frame, long matchBits) {
    return frame.isMessage() && frame.message().matchBits() == matchBits;
  }

  private int statusAfter(UnaryOperator<PeerHello> change) {
    node.put(LOWER, 1, 10);
    PeerOffer offer = peer.acceptOffer();
    PeerLink link = offer.answer(change.apply(offer.goodAnswer()));
    int status = statusOfFirst();
    assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
    assertThat(node.ask(() -> node.port.lastChange().status())).isEqualTo(status);
    return status;
  }

  @Test
  void refusesAnAnswerOfAnotherNode() {
    assertThat(statusAfter(answer -> answer.withSource(PeerNid.of("127.0.31.9@tcp"))))
        .isEqualTo(-Errno.EPROTO.number());
  }

  @Test
  void refusesAnAnswerOfAnotherProcess() {
    assertThat(statusAfter(answer -> answer.withSourcePid(1))).isEqualTo(-Errno.EPROTO.number());
  }

  @Test
  void refusesAnAnswerOfAnotherType() {
    assertThat(statusAfter(answer -> answer.withType(ConnType.BULK_IN)))
        .isEqualTo(-Errno.EPROTO.number());
  }

  @Test
  void refusesAnAnswerThatIsNone() {
    assertThat(statusAfter(answer -> answer.withMagic(5))).isEqualTo(-Errno.EPROTO.number());
  }

  @Test
  void takesACloseForAReset() {
    node.put(LOWER, 1, 10);
    peer.acceptOffer().link().close();
    assertThat(statusOfFirst()).isEqualTo(-Errno.ECONNRESET.number());
  }

  @Test
  void saysThatNobodyListens() {
    peer.stopListening();
    node.put(LOWER, 1, 10);
    assertThat(statusOfFirst()).isEqualTo(-Errno.ECONNREFUSED.number());
  }

  @Test
  void failsAtOnceUntilItIsTimeToTryAgain() {
    peer.stopListening();
    node.put(LOWER, 1, 10);
    statusOfFirst();
    node.put(LOWER, 2, 10);
    node.await("both", () -> node.port.sent.size() == 2);
    long attempts = node.ask(() -> node.lnd.counters().connects);
    assertThat(attempts).isBetween(1L, 2L);
    peer.listen();
    node.await(
        "another try",
        () -> {
          node.put(LOWER, 3, 10);
          return node.lnd.counters().connects > attempts;
        });
  }

  @Test
  void changesToTheVersionThatThePeerWants() {
    node.put(LOWER, 1, 10);
    PeerOffer first = peer.acceptOffer();
    first.answer(first.goodAnswer().withVersion(2).withType(ConnType.NONE));
    first.link().close();
    PeerOffer second = peer.acceptOffer();
    assertThat(second.hello().version()).isEqualTo(2);
    assertThat(second.answer().receive().message().matchBits()).isEqualTo(1);
  }

  @Test
  void triesAgainWhenThePeerIsBusy() {
    node.put(LOWER, 1, 10);
    peer.acceptOffer().refuse();
    peer.acceptOffer().refuse();
    assertThat(peer.acceptOffer().answer().receive().message().matchBits()).isEqualTo(1);
  }

  @Test
  void givesUpAfterThreeRefusals() {
    node.put(LOWER, 1, 10);
    for (int i = 0; i < 3; i++) {
      peer.acceptOffer().refuse();
    }
    assertThat(statusOfFirst()).isEqualTo(-Errno.EALREADY.number());
  }

  @Test
  void holdsLongMessagesUntilTheirConnectionStands() {
    node.put(LOWER, 1, 10);
    PeerLink control = peer.acceptOffer().answer();
    PeerOffer in = peer.acceptOffer();
    node.put(LOWER, 2, 2000);
    node.put(LOWER, 3, 10);
    assertThat(control.receive().message().matchBits()).isEqualTo(1);
    assertThat(control.receive().message().matchBits()).isEqualTo(3);
    control.expectSilence(MOMENT);
    in.answer();
    assertThat(peer.acceptOffer().answer().receive().message().matchBits()).isEqualTo(2);
  }

  @Test
  void fallsBackToWhatThereIs() {
    node.put(LOWER, 1, 10);
    PeerLink control = peer.acceptOffer().answer();
    node.put(LOWER, 2, 2000);
    PeerOffer in = peer.acceptOffer();
    in.link().reset();
    assertThat(control.receive().message().matchBits()).isEqualTo(1);
    assertThat(control.receive().message().matchBits()).isEqualTo(2);
  }

  @Test
  void endsAMessageWhoseTimeIsOver() {
    node.put(LOWER, 1, 10);
    peer.acceptOffer();
    node.run(() ->
        node.lnd.send(
            dev.atoll.lnet.FakePort.put(
                NODE,
                dev.atoll.lnet.ProcessId.of(LOWER),
                2,
                System.nanoTime() + 20_000_000,
                new byte[10])));
    assertThat(statusOfFirst()).isEqualTo(-Errno.ETIMEDOUT.number());
    assertThat(node.ask(() -> node.port.sent.size())).isEqualTo(1);
  }

  @Test
  void keepsWhatWasNotBegunWhenAConnectionEnds() {
    node.put(LOWER, 1, 10);
    PeerLink control = peer.acceptOffer().answer();
    PeerOffer in = peer.acceptOffer();
    node.put(LOWER, 2, 2000);
    assertThat(control.receive().message().matchBits()).isEqualTo(1);
    control.close();
    in.link().close();
    node.await("down", () -> node.port.lastChange().status() <= 0);
    assertThat(node.ask(() -> node.lnd.counters().cuts(Cut.ENDED))).isEqualTo(1);
    var servant = new PeerServant(peer, PeerInfo.of(PeerInfo.FULL, 1, peer.nid())).start();
    node.await("an end of the second", () -> node.port.sent.size() == 2);
    servant.close();
  }
}
