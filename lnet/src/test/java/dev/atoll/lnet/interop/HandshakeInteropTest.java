/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect, what is said first, and who wins when two connect at once. */
class HandshakeInteropTest extends InteropFixture {
  private static final byte[] VERSION_ANSWER =
      HexFormat.of().parseHex("0071ceac010000000000000000000000");

  @Test
  void opensControlThenBulkInThenBulkOutFromReservedPortsCountingDown() {
    InteropNode node = lustreNode();
    SimplePeer peer = peer(node).listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    List<PeerOffer> offers = acceptThree(peer, node);
    assertThat(offers).extracting(offer -> offer.request().version()).containsOnly(1);
    assertThat(offers).extracting(offer -> offer.hello().version()).containsOnly(3);
    assertThat(offers)
        .extracting(offer -> offer.hello().type())
        .containsExactly(ConnType.CONTROL, ConnType.BULK_IN, ConnType.BULK_OUT);
    assertThat(offers)
        .extracting(offer -> offer.link().remote().getPort())
        .containsExactly(1023, 1022, 1021);
    assertThat(offers).extracting(offer -> offer.request().target()).containsOnly(peer.nid());
    assertThat(answer.await()).contains(peer.nid());
  }

  @Test
  void aNodeInPlainModeOpensTheSameThree() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node).listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    assertThat(acceptThree(peer, node))
        .extracting(offer -> offer.hello().type())
        .containsExactly(ConnType.CONTROL, ConnType.BULK_IN, ConnType.BULK_OUT);
    assertThat(answer.await()).contains(peer.nid());
  }

  /** Answers three offers as they come, and the ping on the first. */
  private List<PeerOffer> acceptThree(SimplePeer peer, InteropNode node) {
    PeerServant servant = servant(peer, PeerInfo.PINGABLE);
    var offers = new ArrayList<PeerOffer>();
    while (offers.size() < 3) {
      PeerOffer offer = peer.acceptOffer();
      assertThat(offer.hello().source()).isEqualTo(node.nid());
      assertThat(offer.hello().sourcePid()).isEqualTo(12345);
      servant.serve(offer.answer());
      offers.add(offer);
    }
    return offers;
  }

  @Test
  void showsTheConnectionWhoseAnswerWasBulkOutAsBulkIn() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node).listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    List<PeerOffer> offers = acceptThree(peer, node);
    answer.await();
    assertThat(offers.get(1).goodAnswer().type()).isEqualTo(ConnType.BULK_OUT);
    eventually("letters", () -> node.connectionLetters(peer.nid()).equals("CIO"));
  }

  @Test
  void answersAPingOnTheControlConnectionOfAPeerThatHasNoOther() {
    InteropNode node = lustreNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), 3, ConnType.CONTROL, 1023);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @Test
  void resetsAConnectionFromAHighPortBeforeItsHelloUnlessAllPortsAreAccepted() {
    InteropNode node = lustreNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.dial(node.nid(), 40_000);
    link.writeAtBest(PeerRequest.of(node.nid()).encode());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(peer.connect(node.nid(), 3, ConnType.CONTROL, 1023)).isNotNull();
  }

  @Test
  void callsAPeerOnAHighPortByItsPortWhereAllPortsAreAccepted() {
    InteropNode node = start(lustre().acceptAll());
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), 3, ConnType.CONTROL, 40_000);
    link.send(PeerMessage.ping(peer.nid(), node.nid(), 8, 272));
    PeerMessage reply = link.receiveMessage(PeerMessage.REPLY).message();
    assertThat(reply.targetPid()).isEqualTo(0x80009c40);
    assertThat(node.neighbours()).contains("U40000-" + peer.nid());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7, 0xffffffff})
  void answersARequestOfAnUnknownVersionWithTheVersionItKnows(int version) {
    InteropNode node = plainNode();
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    link.write(new PeerRequest(PeerRequest.MAGIC, version, node.nid()).encode());
    assertThat(link.read(16)).isEqualTo(VERSION_ANSWER);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void answersTheUnifiedQueryWithTheVersionItKnows() {
    InteropNode node = plainNode();
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    link.write(HexFormat.of().parseHex("63697245"));
    assertThat(link.read(16)).isEqualTo(VERSION_ANSWER);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void closesWithoutAWordOnAMagicItDoesNotKnow() {
    InteropNode node = plainNode();
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    link.write("GET / HTTP/1.0\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.55@tcp", "SELF@tcp1", "0@lo", "ANY"})
  void closesWithoutAWordOnARequestForAnotherNode(String wanted) {
    InteropNode node = plainNode();
    String self = node.nid().address().getHostAddress();
    PeerNid target = wanted.equals("ANY") ? PeerNid.ANY : PeerNid.of(wanted.replace("SELF", self));
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    link.write(new PeerRequest(PeerRequest.MAGIC, 1, target).encode());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void closesAConnectionThatFallsSilentAfterItsRequest() {
    InteropNode node = start(plain().acceptTimeout(Duration.ofMillis(200)));
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    link.write(PeerRequest.of(node.nid()).encode());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void closesAConnectionThatNeverSaysAnything() {
    InteropNode node = start(plain().acceptTimeout(Duration.ofMillis(200)));
    PeerLink link = peer(node).dial(node.nid(), SimplePeer.ANY_PORT);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void answersAHelloOfAnUnknownVersionWithItsOwnOfTypeNone() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerHello hello = peer.hello(node.nid(), 9, ConnType.CONTROL);
    PeerLink link = peer.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    PeerHello answer = SimplePeer.readHello(link);
    assertThat(answer.version()).isEqualTo(3);
    assertThat(answer.type()).isEqualTo(ConnType.NONE);
    assertThat(answer.source()).isEqualTo(node.nid());
    assertThat(answer.target()).isEqualTo(node.nid());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void speaksVersionFourOverIpv4WithLongHeaders() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), 4, ConnType.CONTROL, SimplePeer.ANY_PORT);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @Test
  void speaksVersionOneWithBareHeaders() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink link = peer.connect(node.nid(), 1, ConnType.CONTROL, SimplePeer.ANY_PORT);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  @Test
  void refusesASecondConnectionOfAType() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink first = peer.connect(node.nid(), ConnType.CONTROL);
    assertThat(refusal(peer, node, peer.hello(node.nid(), 3, ConnType.CONTROL)).version())
        .isEqualTo(3);
    assertThat(pingOn(first, peer, node)).contains(node.nid());
  }

  @Test
  void closesTheConnectionsOfAnOlderIncarnationAndTakesTheRetry() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node);
    PeerLink control = peer.connect(node.nid(), ConnType.CONTROL);
    PeerLink bulk = peer.connect(node.nid(), ConnType.BULK_IN);
    PeerHello reborn =
        peer.hello(node.nid(), 3, ConnType.CONTROL).withIncarnation(peer.incarnation() + 5);
    refusal(peer, node, reborn);
    assertThat(control.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    PeerLink link = peer.greet(node.nid(), SimplePeer.ANY_PORT, reborn);
    assertThat(SimplePeer.readHello(link).type()).isEqualTo(ConnType.CONTROL);
    assertThat(pingOn(link, peer, node)).contains(node.nid());
  }

  /** Greets, reads the answer NONE and the end. */
  private static PeerHello refusal(SimplePeer peer, InteropNode node, PeerHello hello) {
    PeerLink link = peer.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    PeerHello answer = SimplePeer.readHello(link);
    assertThat(answer.type()).isEqualTo(ConnType.NONE);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    return answer;
  }

  @Test
  void refusesTheConnectionOfALowerNodeWhileItConnectsToIt() {
    SimplePeer peer = lowerPeer();
    InteropNode node = plainNodeAbove(peer);
    peer.listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    PeerOffer pending = peer.acceptOffer();
    refusal(peer, node, peer.hello(node.nid(), 3, ConnType.CONTROL));
    PeerServant servant = servant(peer, PeerInfo.PINGABLE);
    servant.serve(pending.answer());
    servant.start();
    assertThat(answer.await()).contains(peer.nid());
    assertThat(servant.heard().getFirst().link()).isSameAs(pending.link());
  }

  @Test
  void takesTheConnectionOfAHigherNodeWhileItConnectsToIt() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node).listen();
    assertThat(node.nid().isLowerThan(peer.nid())).isTrue();
    InteropAnswer answer = node.beginPing(peer.nid());
    PeerOffer pending = peer.acceptOffer();
    PeerLink own = peer.connect(node.nid(), ConnType.CONTROL);
    PeerServant servant = servant(peer, PeerInfo.PINGABLE);
    servant.serve(own);
    assertThat(answer.await()).contains(peer.nid());
    assertThat(servant.heard().getFirst().link()).isSameAs(own);
    pending.refuse();
    assertThat(pingOn(own, servant, node)).contains(node.nid());
  }

  /** A wrong answer. */
  interface Wrong {
    PeerHello of(PeerHello good);
  }

  static Stream<Arguments> wrongAnswers() {
    return Stream.of(
        wrong("nid", hello -> hello.withSource(PeerNid.of("10.77.0.77@tcp"))),
        wrong("pid", hello -> hello.withSourcePid(4242)),
        wrong("type", hello -> hello.withType(ConnType.BULK_IN)),
        wrong("magic", hello -> hello.withMagic(0x12345678)));
  }

  private static Arguments wrong(String name, Wrong change) {
    return Arguments.of(Named.of(name, change));
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void failsAPingWhoseHelloIsAnsweredWronglyAndTriesAgainLater(Wrong change) {
    InteropNode node = start(plain().retryAfter(Duration.ofMillis(50)));
    SimplePeer peer = peer(node).listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    PeerOffer offer = peer.acceptOffer();
    PeerLink link = offer.answer(change.of(offer.goodAnswer()));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(answer.failure()).isPositive();
    PeerServant servant = servant(peer, PeerInfo.PINGABLE).start();
    eventually("a ping that works", () -> node.beginPing(peer.nid()).isAnswered());
    assertThat(servant.offers()).isNotEmpty();
  }
}
