/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakeNet.FakeLnd;
import dev.atoll.lnet.FakeNet.Flight;
import dev.atoll.lnet.LndPort.Verdict;
import java.util.HashSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArrivalTest extends NetFixture {
  private static final Nid OTHER_NET = Nid.parse("10.0.0.9@tcp5");
  private FakeLnd lnd;
  private LnetEngine engine;
  private Sink target;

  @BeforeEach
  void serve() {
    engine = engine(quiet().build());
    lnd = node(A, engine);
    target = serve(engine, 64);
  }

  private static LnetHeader header(MessageType type) {
    var header = new LnetHeader();
    header.type = type;
    header.destination = A;
    header.source = B;
    header.sourcePid = ProcessId.LUSTRE_PID;
    header.destinationPid = ProcessId.LUSTRE_PID;
    header.portal = PORTAL;
    header.matchBits = BITS;
    header.wireInterfaceCookie = LnetHeader.NO_COOKIE;
    header.wireObjectCookie = LnetHeader.NO_COOKIE;
    return header;
  }

  private Verdict arrive(LnetHeader header) {
    return arrive(header, B);
  }

  private Verdict arrive(LnetHeader header, Nid neighbour) {
    int length = Math.min(Math.max(0, header.payloadLength), 4096);
    return lnd.arrive(new Flight(header, net.bytes(length), ProcessId.of(neighbour)));
  }

  private long drops(DropReason reason) {
    return engine.statistics().drops().get(reason);
  }

  @ParameterizedTest
  @EnumSource(names = {"ACK", "GET"})
  void cutsWhoPutsPayloadWhereNoneBelongs(MessageType type) {
    LnetHeader header = header(type);
    header.payloadLength = 1;

    assertThat(arrive(header)).isEqualTo(Verdict.CUT);
    assertThat(drops(DropReason.BROKEN_PROTOCOL)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"PUT", "REPLY"})
  void cutsWhoSendsMoreThanAMebibyte(MessageType type) {
    LnetHeader header = header(type);
    header.payloadLength = (1 << 20) + 1;
    assertThat(arrive(header)).isEqualTo(Verdict.CUT);

    header.payloadLength = -1;
    assertThat(arrive(header)).isEqualTo(Verdict.CUT);

    header.payloadLength = 1 << 20;
    assertThat(arrive(header)).isNotEqualTo(Verdict.CUT);
  }

  @Test
  void cutsWhoSendsAnotherType() {
    assertThat(arrive(header(MessageType.HELLO))).isEqualTo(Verdict.CUT);
  }

  @Test
  void cutsWhoTakesThisNodeForAnotherOfItsNetwork() {
    LnetHeader header = header(MessageType.PUT);
    header.destination = C;

    assertThat(arrive(header)).isEqualTo(Verdict.CUT);
  }

  @Test
  void cutsWhoSendsToOneInterfaceThroughAnother() {
    Nid second = Nid.parse("10.1.0.1@tcp1");
    node(second, engine);
    LnetHeader header = header(MessageType.PUT);
    header.destination = second;

    assertThat(arrive(header)).isEqualTo(Verdict.CUT);

    header.destination = Nid.LOOPBACK;
    assertThat(arrive(header)).isEqualTo(Verdict.CUT);
  }

  @Test
  void dropsWhatIsForAnotherNetworkAndForwardsNothing() {
    LnetHeader header = header(MessageType.PUT);
    header.destination = OTHER_NET;

    assertThat(arrive(header)).isEqualTo(Verdict.DROP);
    assertThat(drops(DropReason.NOT_FORWARDED)).isEqualTo(1);
    assertThat(net.log).isEmpty();
    assertThat(engine.interfaces().get(1).traffic().dropped().put()).isEqualTo(1);
  }

  @Test
  void dropsWhatClaimsAnotherNeighboursName() {
    LnetHeader header = header(MessageType.PUT);
    header.source = C;
    assertThat(arrive(header)).isEqualTo(Verdict.DROP);

    header.source = A;
    assertThat(arrive(header)).isEqualTo(Verdict.DROP);

    header.source = Nid.LOOPBACK;
    assertThat(arrive(header)).isEqualTo(Verdict.DROP);

    assertThat(drops(DropReason.WRONG_WAY)).isEqualTo(3);
    assertThat(target.numbers).isEmpty();
  }

  @Test
  void takesWhatAGatewayBringsUnlessAsymmetricRoutesAreDropped() {
    LnetHeader header = header(MessageType.PUT);
    header.source = OTHER_NET;

    assertThat(arrive(header)).isEqualTo(Verdict.ACCEPT);
    assertThat(target.initiators).containsExactly(OTHER_NET);
    assertThat(target.senders).containsExactly(B);
  }

  @Test
  void dropsWhatCameThroughNoGatewayIfAsked() {
    LnetEngine strict = engine(quiet().dropAsymmetricRoutes(true).build());
    Nid nid = Nid.parse("10.0.0.8@tcp");
    FakeLnd entry = node(nid, strict);
    Sink sink = serve(strict, 64);
    LnetHeader header = header(MessageType.PUT);
    header.destination = nid;
    header.source = OTHER_NET;
    var flight = new Flight(header, net.bytes(0), ProcessId.of(B));

    assertThat(entry.arrive(flight)).isEqualTo(Verdict.DROP);
    strict.addRoute(OTHER_NET.network(), B, 1, 0);
    assertThat(entry.arrive(flight)).isEqualTo(Verdict.ACCEPT);

    assertThat(sink.numbers).hasSize(1);
  }

  @Test
  void anAnswerWithoutAWayBackIsDroppedAndCounted() {
    LnetHeader header = header(MessageType.GET);
    header.source = OTHER_NET;
    header.length = 8;

    assertThat(arrive(header)).isEqualTo(Verdict.ACCEPT);
    loop.run(SECOND);

    assertThat(net.log).isEmpty();
    assertThat(drops(DropReason.NO_WAY_BACK)).isEqualTo(1);
  }

  @Test
  void takesAnyDestinationPid() {
    LnetHeader header = header(MessageType.PUT);
    header.destinationPid = 999;

    assertThat(arrive(header)).isEqualTo(Verdict.ACCEPT);
    assertThat(target.numbers).hasSize(1);
  }

  @Test
  void countsByTypeAtInterfaceAndPeer() {
    arrive(header(MessageType.PUT));
    LnetHeader unmatched = header(MessageType.PUT);
    unmatched.matchBits = 99;
    arrive(unmatched);

    TrafficStatus atInterface = engine.interfaces().get(1).traffic();
    TrafficStatus atPeer = engine.peer(B).orElseThrow().traffic();
    assertThat(atInterface.received()).isEqualTo(new MessageCounts(1, 0, 0, 0));
    assertThat(atInterface.dropped()).isEqualTo(new MessageCounts(1, 0, 0, 0));
    assertThat(atPeer).isEqualTo(atInterface);
    assertThat(engine.statistics().recvCount()).isEqualTo(1);
    assertThat(engine.statistics().dropCount()).isEqualTo(1);
  }

  @Test
  void sendsItsOwnPidWhateverIsAsked() {
    node(B, quiet().build());
    var pids = new HashSet<Integer>();
    net.isLost =
        flight -> {
          pids.add(flight.header.sourcePid);
          return false;
        };

    put(engine, B, 1, true);
    loop.run(SECOND);

    assertThat(pids).containsExactly(ProcessId.LUSTRE_PID);
  }
}
