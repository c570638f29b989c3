/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.FakeNet.FakeLnd;
import dev.atoll.lnet.FakeNet.Flight;
import dev.atoll.lnet.wire.PingInfoLayout;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiscoveryTest extends NetFixture {
  private static final LnetSettings OPEN = LnetSettings.defaults();

  private PeerStatus peer(FakeLnd lnd, Nid nid) {
    return of(lnd).peer(nid).orElseThrow();
  }

  @Test
  void twoNodesTellEachOther() {
    FakeLnd a = node(A, OPEN);
    FakeLnd b = node(B, OPEN);

    assertThat(discover(of(a), B)).isZero();

    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.UPTODATE);
    assertThat(peer(a, B).isMultiRail()).isTrue();
    assertThat(peer(a, B).nids()).containsExactly(B);
    assertThat(peer(b, A).discovery()).isEqualTo(DiscoveryState.UPTODATE);
    // As between two kernel nodes: a ping, a push, and a push back.
    assertThat(net.log)
        .containsExactly(
            "GET 0 " + A + " " + B,
            "REPLY 0 " + B + " " + A,
            "PUT 0 " + A + " " + B,
            "ACK 0 " + B + " " + A,
            "PUT 0 " + B + " " + A,
            "ACK 0 " + A + " " + B);
  }

  @Test
  void aNodeThatDoesNotDiscoverIsPingedAndNotPushedTo() {
    FakeLnd a = node(A, OPEN);
    node(B, quiet().build());

    assertThat(discover(of(a), B)).isZero();

    assertThat(peer(a, B).isMultiRail()).isFalse();
    assertThat(peer(a, B).features()).isEqualTo(0x06);
    assertThat(logged("PUT 0")).isZero();
  }

  @Test
  void theFirstMessagesWaitForDiscoveryInOrder() {
    FakeLnd a = node(A, OPEN);
    Sink target = serve(of(node(B, OPEN)), 64);
    for (int i = 0; i < 30; i++) {
      put(of(a), B, i, false);
    }
    assertThat(logged("PUT 7")).isZero();

    loop.run(SECOND);

    assertThat(target.numbers).containsExactlyElementsOf(longs(30));
    assertThat(logged("GET 0")).isEqualTo(1);
    put(of(a), B, 30, false);
    assertThat(logged("PUT 7")).isEqualTo(31);
  }

  @Test
  void whatWaitsForANodeThatIsNotThereEndsWithItsError() {
    FakeLnd a = node(A, OPEN);

    Sink refused = put(of(a), B, 1, false);
    assertThat(refused.events).containsExactly("SEND -111");
    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.UNKNOWN);
    assertThat(discover(of(a), B)).isEqualTo(-113);
  }

  @Test
  void whatWaitsForASilentNodeEndsWhenThePingDoes() {
    FakeLnd a = node(A, LnetSettings.builder().discoveryTimeout(Duration.ofSeconds(5)).build());
    node(B, OPEN);
    net.isLost = flight -> flight.header.type == MessageType.GET;

    Sink sent = put(of(a), B, 1, false);
    loop.run(4 * SECOND);
    assertThat(sent.events).isEmpty();
    loop.run(2 * SECOND);

    assertThat(sent.events).containsExactly("SEND -110");
  }

  @Test
  void aPushThatIsNotAcknowledgedHoldsMessagesUpForItsTimeAndNoLonger() {
    FakeLnd a = node(A, LnetSettings.builder().discoveryTimeout(Duration.ofSeconds(5)).build());
    Sink target = serve(of(node(B, OPEN)), 64);
    net.isLost = flight -> flight.header.type == MessageType.ACK;

    put(of(a), B, 1, false);
    loop.run(4 * SECOND);
    assertThat(target.numbers).isEmpty();
    loop.run(2 * SECOND);

    assertThat(target.numbers).containsExactly(1L);
    assertThat(discover(of(a), B)).isEqualTo(-110);
  }

  @Test
  void boundsWhatWaitsForDiscovery() {
    FakeLnd a = node(A, LnetSettings.builder().queueLimit(3).build());
    node(B, OPEN);
    a.isHolding = true;
    for (int i = 0; i < 3; i++) {
      assertThat(put(of(a), B, i, false).events).isEmpty();
    }

    assertThat(put(of(a), B, 3, false).events).containsExactly("SEND -105");
  }

  @Test
  void whatWaitsForDiscoveryTooLongEndsWithATimeout() {
    FakeLnd a =
        node(
            A,
            LnetSettings.builder()
                .transactionTimeout(Duration.ofSeconds(5))
                .discoveryTimeout(Duration.ofSeconds(60))
                .build());
    node(B, OPEN);
    a.isHolding = true;
    Sink sent = put(of(a), B, 1, false);

    loop.run(6 * SECOND);

    assertThat(sent.events).containsExactly("SEND -110");
  }

  @Test
  void aChangeOfInterfacesIsPushedToThoseWhoKnow() {
    LnetEngine engine = engine(OPEN);
    FakeLnd a = node(A, engine);
    FakeLnd b = node(B, OPEN);
    discover(engine, B);
    assertThat(peer(b, A).nids()).containsExactly(A);
    Nid second = Nid.parse("10.1.0.1@tcp1");

    node(second, engine);
    loop.run(SECOND);
    assertThat(peer(b, A).nids()).containsExactly(A, second);

    engine.remove(second);
    loop.run(SECOND);
    assertThat(peer(b, A).nids()).containsExactly(A);
    assertThat(ping(of(b), A).sequence()).isEqualTo(4);
    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.UPTODATE);
  }

  @Test
  void aPushTooLongForItsPlaceIsCutAndTheRestAskedFor() {
    LnetEngine engine = engine(OPEN);
    node(A, engine);
    FakeLnd b = node(B, OPEN);
    for (int i = 1; i <= 30; i++) {
      node(Nid.parse("10.1.0." + i + "@tcp" + i), engine);
    }

    discover(engine, B);

    assertThat(peer(b, A).nids()).hasSize(31);
    assertThat(net.log).contains("GET 0 " + B + " " + A);
  }

  @Test
  void anInfoTooLongForTheFirstPingIsAskedForAgain() {
    LnetEngine engine = engine(OPEN);
    FakeLnd a = node(A, engine);
    LnetEngine other = engine(OPEN);
    node(B, other);
    for (int i = 1; i <= 30; i++) {
      node(Nid.parse("10.1.0." + i + "@tcp" + i), other);
    }

    assertThat(discover(engine, B)).isZero();

    assertThat(peer(a, B).nids()).hasSize(31);
    // A second time for the rest, and a third since the push that came back was cut.
    assertThat(net.log.stream().filter(("GET 0 " + A + " " + B)::equals)).hasSize(3);
  }

  @Test
  void aSmallerSequenceMeansThatTheNodeIsNew() {
    FakeLnd a = node(A, OPEN);
    FakeLnd b = node(B, OPEN);
    discover(of(a), B);

    push(a, B, info(0x1e, 9, B));
    assertThat(peer(a, B).features()).isEqualTo(0x1e);
    push(a, B, info(0x1e, 3, B));
    loop.run(SECOND);

    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.UPTODATE);
    // All was forgotten, also that it knew this node's NIDs.
    assertThat(net.log.stream().filter(("PUT 0 " + A + " " + B)::equals)).hasSize(2);
    assertThat(b.verdicts).doesNotContain(LndPort.Verdict.CUT);
  }

  @Test
  void garbageIsAcknowledgedAndForgotten() {
    FakeLnd a = node(A, OPEN);
    FakeLnd b = node(B, OPEN);
    discover(of(a), B);
    MemorySegment garbage = net.bytes(48);
    garbage.fill((byte) 0x5a);

    for (int i = 0; i < 100; i++) {
      pushBytes(a, B, garbage);
    }
    loop.run(SECOND);

    assertThat(peer(a, B).nids()).containsExactly(B);
    assertThat(logged("ACK 0 " + A)).isEqualTo(101);
    assertThat(discover(of(b), A)).isZero();
  }

  @Test
  void pushesOfThoseWhoTakeNoPartAreIgnored() {
    FakeLnd a = node(A, OPEN);
    node(B, OPEN);
    discover(of(a), B);

    push(a, B, info(0x06, 50, B, C));

    assertThat(peer(a, B).nids()).containsExactly(B);
  }

  @Test
  void aPushOfANodeNeverHeardOfMakesNoPeer() {
    FakeLnd a = node(A, OPEN);
    node(B, OPEN);
    Nid far = Nid.parse("10.9.0.1@tcp9");
    Flight flight = pushFrom(far, info(0x1e, 5, far));

    a.arrive(flight);
    loop.run(SECOND);

    assertThat(of(a).peer(far)).isEmpty();
    assertThat(logged("GET 0")).isZero();
  }

  @Test
  void aPushWakesNoDiscoveryWhenItIsOff() {
    FakeLnd a = node(A, quiet().build());
    node(B, OPEN);

    push(a, B, info(0x1e, 5, B));
    loop.run(SECOND);

    assertThat(logged("PUT 0 " + A)).isZero();
    assertThat(peer(a, B).nids()).containsExactly(B);
  }

  @Test
  void manyPushesAtOnceAllFindAPlace() {
    FakeLnd a = node(A, OPEN);
    List<IncomingMessage> stalled = new ArrayList<>();
    for (int i = 0; i < PushTarget.PLACES - 1; i++) {
      var incoming = new IncomingMessage();
      Flight.copy(pushFrom(B, info(0x1e, 5, B)).header, incoming.header());
      incoming.neighbour(ProcessId.of(B));
      assertThat(a.port().arrived(incoming)).isEqualTo(LndPort.Verdict.ACCEPT);
      stalled.add(incoming);
    }

    push(a, C, info(0x1e, 5, C));
    assertThat(peer(a, C).features()).isEqualTo(0x1e);
    stalled.forEach(each -> a.port().received(each, FakeNet.RESET));
    push(a, B, info(0x1e, 5, B));
    assertThat(peer(a, B).features()).isEqualTo(0x1e);
  }

  @Test
  void aPrimaryNidCountsOnceBothNidsHaveSaidSo() {
    FakeLnd a = node(A, OPEN);
    node(B, OPEN);
    node(C, OPEN);
    discover(of(a), B);
    discover(of(a), C);

    push(a, C, info(0x1e, 50, B, C));
    assertThat(of(a).primaryNid(C)).isEqualTo(C);

    push(a, B, info(0x1e, 50, B, C));
    assertThat(of(a).primaryNid(C)).isEqualTo(B);
    assertThat(of(a).primaryNid(B)).isEqualTo(B);

    push(a, B, info(0x1e, 51, B));
    assertThat(of(a).primaryNid(C)).isEqualTo(C);
  }

  @Test
  void aPrimaryNidGivenByHandIsKept() {
    FakeLnd a = node(A, OPEN);
    node(B, OPEN);
    of(a).addPeer(B, List.of(C));
    assertThat(of(a).primaryNid(C)).isEqualTo(B);
    assertThat(peer(a, C).isConfigured()).isTrue();

    push(a, C, info(0x1e, 50, C));

    assertThat(of(a).primaryNid(C)).isEqualTo(B);
    assertThat(of(a).removePeer(B)).isTrue();
    assertThat(of(a).peers()).isEmpty();
    assertThat(of(a).removePeer(B)).isFalse();
  }

  @Test
  void anotherIncarnationIsReportedAndDiscoveredAnew() {
    var restarts = new ArrayList<String>();
    FakeLnd a = node(A, OPEN);
    of(a)
        .listener(
            new LnetListener() {
              @Override
              public void peerRestarted(ProcessId peer, long incarnation) {
                restarts.add(peer.nid() + " " + incarnation);
              }
            });
    FakeLnd b = node(B, OPEN);
    discover(of(a), B);
    b.vanish();
    FakeLnd again = node(B, OPEN);
    Sink target = serve(of(again), 64);
    again.connect(a);

    assertThat(restarts).containsExactly(B + " " + again.incarnation);
    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.UNKNOWN);
    put(of(a), B, 1, false);
    loop.run(SECOND);
    assertThat(target.numbers).containsExactly(1L);
    assertThat(restarts).hasSize(1);
  }

  @Test
  void aRestartDuringAPushStartsDiscoveryOver() {
    FakeLnd a = node(A, OPEN);
    FakeLnd b = node(B, OPEN);
    net.isLost = flight -> flight.header.type == MessageType.PUT && flight.header.portal == 0;
    Sink sent = put(of(a), B, 1, false);
    loop.run(SECOND);
    assertThat(peer(a, B).discovery()).isEqualTo(DiscoveryState.PUSHED);
    b.vanish();
    FakeLnd again = node(B, OPEN);
    Sink target = serve(of(again), 64);
    again.connect(a);
    net.isLost = flight -> false;

    loop.run(100 * SECOND);

    assertThat(target.numbers).containsExactly(1L);
    assertThat(sent.events).containsExactly("SEND 0");
  }

  @Test
  void whoeverIsRemovedWhileDiscoveredEndsTheDiscovery() {
    FakeLnd a = node(A, OPEN);
    node(B, OPEN);
    a.isHolding = true;
    var results = new ArrayList<Integer>();
    of(a).discover(B, (status, peer) -> results.add(status));
    Sink waiting = put(of(a), B, 1, false);

    of(a).removePeer(B);

    assertThat(results).containsExactly(LnetErrno.CANCELED);
    assertThat(waiting.events).containsExactly("SEND -125");
    a.isHolding = false;
    a.letGo(10);
    loop.run(100 * SECOND);
    assertThat(results).hasSize(1);
  }

  @Test
  void doesNotDiscoverItself() {
    LnetEngine a = of(node(A, OPEN));

    assertThatThrownBy(() -> a.discover(A, (status, peer) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nid=" + A);
    assertThatThrownBy(() -> a.addPeer(A, List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNodeWithALargeNidAnnouncesItAsPrimary() {
    Nid large = Nid.parse("fd77::12@tcp");
    FakeLnd a = node(Nid.parse("fd77::11@tcp"), OPEN);
    node(large, OPEN);

    PingResult result = ping(of(a), large);

    assertThat(result.features()).isEqualTo(0x7e);
    assertThat(result.nids()).containsExactly(ProcessId.of(Nid.LOOPBACK), ProcessId.of(large));
    assertThat(discover(of(a), large)).isZero();
  }

  private static PingInfo info(int features, int sequence, Nid... nids) {
    return new PingInfo(
        features,
        ProcessId.LUSTRE_PID,
        sequence,
        Arrays.stream(nids).map(each -> new PingInfo.Interface(each, PingInfo.UP)).toList());
  }

  private void push(FakeLnd to, Nid from, PingInfo info) {
    to.arrive(pushFrom(from, info));
  }

  private void pushBytes(FakeLnd to, Nid from, MemorySegment bytes) {
    to.arrive(pushOf(from, bytes));
  }

  private Flight pushFrom(Nid from, PingInfo info) {
    MemorySegment bytes = net.bytes(PingInfoLayout.bytes(info));
    PingInfoLayout.encode(info, bytes, 0);
    return pushOf(from, bytes);
  }

  private static Flight pushOf(Nid from, MemorySegment bytes) {
    var header = new LnetHeader();
    header.type = MessageType.PUT;
    header.destination = A;
    header.source = from;
    header.sourcePid = ProcessId.LUSTRE_PID;
    header.matchBits = LnetNumbers.PING_MATCH_BITS;
    header.wireInterfaceCookie = 5;
    header.wireObjectCookie = 6;
    header.payloadLength = (int) bytes.byteSize();
    Nid neighbour = from.network().code() == A.network().code() ? from : B;
    return new Flight(header, bytes, ProcessId.of(neighbour));
  }

  private static List<Long> longs(int count) {
    return IntStream.range(0, count).mapToObj(Long::valueOf).toList();
  }
}
