/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.SimplePeer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the node takes connections, seen by a peer that says what it likes. */
class PassiveHandshakeTest extends TcpLndFixture {

  private PeerLink say(byte[]... parts) {
    PeerLink link = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    link.write(SimplePeer.join(parts));
    return link;
  }

  private PeerLink greet(UnaryOperator<PeerHello> change) {
    PeerHello hello = change.apply(peer.hello(NODE_NID, 3, ConnType.CONTROL));
    return peer.greet(NODE_NID, SimplePeer.ANY_PORT, hello);
  }

  private static byte[] request(int version) {
    byte[] bytes = PeerRequest.of(NODE_NID).encode();
    bytes[4] = (byte) version;
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void answersInTheVersionItWasGreetedIn(int version) {
    PeerLink link = peer.connect(NODE_NID, version, ConnType.CONTROL, SimplePeer.ANY_PORT);
    link.send(put(5, 4), new byte[4]);
    node.awaitArrivals(1);
    assertThat(node.ask(() -> node.lnd.connections().getFirst().version())).isEqualTo(version);
    node.put(LOWER, 6, 10);
    assertThat(link.receive().message().matchBits()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {ConnType.ANY, ConnType.CONTROL, ConnType.BULK_IN, ConnType.BULK_OUT})
  void answersWithTheTypeAsItSeesIt(int type) {
    connect(type);
    node.awaitConnections(1);
    char letter = node.ask(() -> node.lnd.connections().getFirst().type());
    assertThat(letter).isEqualTo("ACOI".charAt(type));
  }

  @Test
  void tellsIncarnationAndPid() {
    PeerHello answer = SimplePeer.readHello(greet(hello -> hello));
    assertThat(answer.incarnation()).isEqualTo(77);
    assertThat(answer.sourcePid()).isEqualTo(12345);
    assertThat(answer.targetPid()).isZero();
    assertThat(answer.target()).isEqualTo(peer.nid());
  }

  @Test
  void answersAnUnknownRequestWithItsVersion() {
    PeerLink link = say(request(7));
    assertThat(link.read(16)).startsWith(0x00, 0x71, 0xce, 0xac, 1, 0, 0, 0).endsWith(new byte[8]);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.VERSION, 1);
  }

  @Test
  void answersTheQuestionForTheProtocol() {
    PeerLink link = say(new byte[] {0x63, 0x69, 0x72, 0x45, 1, 0, 0, 0});
    assertThat(link.read(16)).startsWith(0x00, 0x71, 0xce, 0xac, 1, 0, 0, 0);
    assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void closesOnForeignWords() {
    assertThat(
            say("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .endingWithoutBytes())
        .isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.MAGIC, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.31.6@tcp", "127.0.31.5@tcp1", "0@lo"})
  void closesIfAnotherNidIsWanted(String nid) {
    PeerLink link =
        say(PeerRequest.of(PeerNid.of(nid.equals("0@lo") ? "0.0.0.0@lo" : nid)).encode());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.TARGET, 1);
  }

  @Test
  void answersAnUnknownHelloWithItsOwn() {
    PeerLink link = greet(hello -> hello.withVersion(9));
    PeerHello answer = SimplePeer.readHello(link);
    assertThat(answer.version()).isEqualTo(3);
    assertThat(answer.type()).isEqualTo(ConnType.NONE);
    assertThat(answer.source()).isEqualTo(NODE_NID);
    assertThat(answer.target()).isEqualTo(NODE_NID);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void closesOnAHelloThatBreaksTheRules() {
    List<UnaryOperator<PeerHello>> faults =
        List.of(
            hello -> hello.withMagic(0x12345678),
            hello -> hello.withSource(PeerNid.ANY),
            hello -> hello.withType(ConnType.NONE),
            hello -> hello.withType(4),
            hello -> hello.withIps(17));
    for (UnaryOperator<PeerHello> each : faults) {
      assertThat(greet(each).endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    }
    assertThat(node.ask(() -> node.lnd.connections())).isEmpty();
  }

  @Test
  void readsOverAddressesOfThePast() {
    PeerLink link = greet(hello -> hello.withIps(2));
    link.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    assertThat(SimplePeer.readHello(link).type()).isEqualTo(ConnType.CONTROL);
  }

  @Test
  void closesOnAnAddressOfZero() {
    PeerLink link = greet(hello -> hello.withIps(2));
    link.write(new byte[8]);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void believesOnlyTheNidOfTheAddress() {
    PeerLink other = greet(hello -> hello.withSource(PeerNid.of("127.0.31.77@tcp")));
    assertThat(other.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    PeerLink network = greet(hello -> hello.withSource(PeerNid.of("127.0.31.1@tcp3")));
    assertThat(network.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.IDENTITY, 2);
  }

  @Test
  void understandsAGreetingThatComesByteByByte() {
    PeerLink link = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    byte[] all =
        SimplePeer.join(
            PeerRequest.of(NODE_NID).encode(), peer.hello(NODE_NID, 3, ConnType.CONTROL).encode());
    for (byte each : all) {
      link.write(each);
    }
    assertThat(SimplePeer.readHello(link).type()).isEqualTo(ConnType.CONTROL);
  }

  @Test
  void takesMessagesThatFollowTheGreetingAtOnce() {
    PeerLink link = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
    link.write(
        SimplePeer.join(
            PeerRequest.of(NODE_NID).encode(),
            peer.hello(NODE_NID, 3, ConnType.CONTROL).encode(),
            dev.atoll.lnet.peer.PeerFrame.of(put(9, 3), new byte[3]).encode(3)));
    node.awaitArrivals(1);
  }

  @Test
  void refusesTheSecondOfAType() {
    PeerLink first = connect();
    PeerLink second = greet(hello -> hello);
    assertThat(SimplePeer.readHello(second).type()).isEqualTo(ConnType.NONE);
    assertThat(second.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    first.send(put(1, 0));
    node.awaitArrivals(1);
    node.awaitRefusal(Refusal.DUPLICATE, 1);
  }

  @Test
  void neverRefusesInWordsThreeTimesInARow() {
    connect();
    List<Boolean> words = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      PeerLink link = greet(hello -> hello);
      boolean hasWords;
      try {
        hasWords = SimplePeer.readHello(link).type() == ConnType.NONE;
      } catch (AssertionError | RuntimeException closed) {
        hasWords = false;
      }
      words.add(hasWords);
    }
    assertThat(words).containsExactly(true, true, false, true, true, false);
  }

  @Test
  void startsAnewWithANeighbourThatHasRestarted() {
    PeerLink control = connect();
    PeerLink bulk = connect(ConnType.BULK_IN);
    PeerLink next = greet(hello -> hello.withIncarnation(12));
    assertThat(SimplePeer.readHello(next).type()).isEqualTo(ConnType.NONE);
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.ending()).isNotEqualTo(Ending.OPEN);
    PeerLink again = greet(hello -> hello.withIncarnation(12));
    assertThat(SimplePeer.readHello(again).type()).isEqualTo(ConnType.CONTROL);
    assertThat(node.ask(() -> List.copyOf(node.port.changes)))
        .extracting(FakePort.Change::incarnation)
        .containsExactly(11L, 0L, 12L);
    node.awaitCut(Cut.RESTARTED, 1);
  }

  @Test
  void startsAnewWithANeighbourOfAnotherVersion() {
    PeerLink control = connect();
    PeerLink next = greet(hello -> hello.withVersion(2).withType(ConnType.BULK_IN));
    assertThat(SimplePeer.readHello(next).type()).isEqualTo(ConnType.NONE);
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
  }

  @Test
  void refusesALowerNidWhileItConnectsItself() {
    peer.listen();
    node.put(LOWER, 1, 10);
    PeerOffer offer = peer.acceptOffer();
    PeerLink mine = greet(hello -> hello);
    assertThat(SimplePeer.readHello(mine).type()).isEqualTo(ConnType.NONE);
    node.awaitRefusal(Refusal.RACE, 1);
    PeerLink theirs = offer.answer();
    assertThat(theirs.receive().message().matchBits()).isEqualTo(1);
  }

  @Test
  void takesAHigherNidWhileItConnectsItself() {
    higher.listen();
    node.put(HIGHER, 1, 10);
    PeerOffer offer = higher.acceptOffer();
    PeerLink mine = higher.connect(NODE_NID, ConnType.CONTROL);
    offer.refuse();
    assertThat(mine.receive().message().matchBits()).isEqualTo(1);
  }

  @Test
  void tellsNodesFromPortsOfKernelNodesApart() {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "binding port 1001 needs a privilege");
    PeerLink link = peer.dial(NODE_NID, 1001);
    link.writeAtBest(PeerRequest.of(NODE_NID).encode());
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    node.awaitRefusal(Refusal.SOURCE_PORT, 1);
  }

  @Test
  void namesTheNeighbourByHelloAndPid() {
    connect();
    node.await("up", () -> !node.port.changes.isEmpty());
    assertThat(node.ask(() -> node.port.changes.getFirst().neighbour()))
        .isEqualTo(ProcessId.of(LOWER));
  }

  @Test
  void boundsWhoeverClaimsToBeTheNodeItself() {
    try (var same = new SimplePeer(NODE_NID, port, 5)) {
      PeerHello hello = same.hello(NODE_NID, 3, ConnType.CONTROL);
      List<Integer> types = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        PeerLink link = same.greet(NODE_NID, SimplePeer.ANY_PORT, hello);
        types.add(SimplePeer.readHello(link).type());
      }
      assertThat(types).containsExactly(ConnType.CONTROL, ConnType.CONTROL, ConnType.NONE);
    }
  }
}
