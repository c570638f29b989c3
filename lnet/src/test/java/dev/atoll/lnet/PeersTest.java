/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakeNet.FakeLnd;
import dev.atoll.lnet.FakeNet.Flight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeersTest extends NetFixture {
  private static Nid nid(int number) {
    return Nid.ofAddress(Network.TCP, 0x0a010000 + number);
  }

  private static void knock(FakeLnd lnd, ProcessId from) {
    lnd.port().neighbourUp(from, 5);
  }

  private Flight get(ProcessId from) {
    var header = new LnetHeader();
    header.type = MessageType.GET;
    header.destination = A;
    header.source = from.nid();
    header.sourcePid = from.pid();
    header.matchBits = LnetNumbers.PING_MATCH_BITS;
    header.length = 272;
    return new Flight(header, net.bytes(0), from);
  }

  @Test
  void strangersAreBoundedAndTheSilentOnesForgotten() {
    FakeLnd lnd = node(A, quiet().strangerLimit(10).build());
    lnd.arrive(get(ProcessId.of(nid(0))));
    loop.run(SECOND);
    for (int i = 0; i < 100_000; i++) {
      knock(lnd, ProcessId.of(nid(i)));
      knock(lnd, ProcessId.of(nid(0)));
    }

    assertThat(of(lnd).peers()).hasSize(10);
    // Never forgotten and made anew: its message is still counted.
    PeerStatus faithful = of(lnd).peer(nid(0)).orElseThrow();
    assertThat(faithful.traffic().received().get()).isEqualTo(1);
    assertThat(of(lnd).peer(nid(99_999))).isPresent();
    assertThat(of(lnd).peer(nid(5))).isEmpty();
  }

  @Test
  void strangersDoNotPushOutThoseWhoWereAskedFor() {
    FakeLnd lnd = node(A, quiet().strangerLimit(3).build());
    knock(lnd, ProcessId.of(B));
    node(B, quiet().build());
    put(of(lnd), B, 1, false);
    of(lnd).addPeer(C, List.of());

    for (int i = 0; i < 100; i++) {
      knock(lnd, ProcessId.of(nid(i)));
    }

    assertThat(of(lnd).peers()).hasSize(5);
    assertThat(of(lnd).peer(B)).isPresent();
    assertThat(of(lnd).peer(C)).isPresent();
  }

  @Test
  void aStrangerWithAnAnswerUnderWayIsNotForgotten() {
    FakeLnd lnd = node(A, quiet().strangerLimit(2).build());
    node(B, quiet().build());
    node(C, quiet().build());
    lnd.isHolding = true;
    lnd.arrive(get(ProcessId.of(B)));
    lnd.arrive(get(ProcessId.of(C)));
    assertThat(lnd.held).hasSize(2);

    // Nobody can be forgotten: this one goes unremembered, and is not answered.
    lnd.arrive(get(ProcessId.of(nid(1))));
    assertThat(of(lnd).peers()).extracting(each -> each.id().nid()).containsExactly(B, C);
    assertThat(lnd.held).hasSize(2);
    assertThat(of(lnd).statistics().drops().get(DropReason.NO_WAY_BACK)).isEqualTo(1);

    lnd.letGo(2);
    lnd.arrive(get(ProcessId.of(nid(1))));
    assertThat(of(lnd).peer(nid(1))).isPresent();
    assertThat(of(lnd).peer(B)).isEmpty();
  }

  @Test
  void refusesMessagesToMorePeersThanThereMayBe() {
    FakeLnd lnd = node(A, quiet().peerLimit(3).build());
    for (int i = 0; i < 3; i++) {
      put(of(lnd), nid(i), 1, false);
    }

    assertThat(put(of(lnd), nid(3), 1, false).events).containsExactly("SEND -105");
    assertThat(of(lnd).removePeer(nid(0))).isTrue();
    assertThat(put(of(lnd), nid(3), 1, false).events).doesNotContain("SEND -105");
  }

  @Test
  void processesOfOneNidAreDifferentPeers() {
    FakeLnd lnd = node(A, quiet().build());
    ProcessId high = new ProcessId(B, ProcessId.USER_FLAG | 40_000);
    knock(lnd, ProcessId.of(B));
    knock(lnd, high);
    node(B, quiet().build());

    lnd.arrive(get(high));
    loop.run(SECOND);

    assertThat(of(lnd).peers()).extracting(PeerStatus::id).contains(ProcessId.of(B), high);
    PeerStatus answered =
        of(lnd).peers().stream().filter(each -> each.id().equals(high)).findFirst().orElseThrow();
    assertThat(answered.traffic().sent().reply()).isEqualTo(1);
  }

  @Test
  void aPeerBehindAHighPortIsNotPingedForItsHealth() {
    FakeLnd lnd = node(A, quiet().build());
    ProcessId high = new ProcessId(B, ProcessId.USER_FLAG | 40_000);
    knock(lnd, high);

    lnd.arrive(get(high));
    loop.run(1000 * SECOND);

    assertThat(logged("GET")).isZero();
  }

  @Test
  void linksAndIncarnationsAreShown() {
    FakeLnd lnd = node(A, quiet().build());
    var heard = new ArrayList<String>();
    of(lnd)
        .listener(
            new LnetListener() {
              @Override
              public void peerUp(ProcessId peer) {
                heard.add("up " + peer.nid());
              }

              @Override
              public void peerDown(ProcessId peer, int status) {
                heard.add("down " + peer.nid() + " " + status);
              }

              @Override
              public void peerRestarted(ProcessId peer, long incarnation) {
                heard.add("restarted " + peer.nid() + " " + incarnation);
              }
            });

    lnd.port().neighbourUp(ProcessId.of(B), 5);
    assertThat(peer(lnd).link()).isEqualTo(PeerLink.UP);
    assertThat(peer(lnd).incarnation()).isEqualTo(5);
    lnd.port().neighbourDown(ProcessId.of(B), -104);
    assertThat(peer(lnd).link()).isEqualTo(PeerLink.DOWN);
    lnd.port().neighbourUp(ProcessId.of(B), 5);
    lnd.port().neighbourUp(ProcessId.of(B), 6);

    assertThat(heard)
        .containsExactly(
            "up " + B, "down " + B + " -104", "up " + B, "restarted " + B + " 6", "up " + B);
  }

  private PeerStatus peer(FakeLnd lnd) {
    return of(lnd).peer(B).orElseThrow();
  }

  @Test
  void removingAPeerClosesItsConnectionsAndEndsWhatWaits() {
    FakeLnd lnd = node(A, quiet().build());
    node(B, quiet().build());
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      sinks.add(put(of(lnd), B, i, false));
    }

    of(lnd).removePeer(B);

    assertThat(lnd.disconnects).containsExactly(B);
    assertThat(sinks.subList(8, 12))
        .allSatisfy(each -> assertThat(each.events).containsExactly("SEND -125"));
    lnd.failHeld(FakeNet.RESET);
    assertThat(sinks).allSatisfy(each -> assertThat(each.events).hasSize(1));
    loop.run(SECOND);
    assertThat(lnd.held).isEmpty();
  }

  @Test
  void pingsAreBoundedAndGiveTheirPlacesBack() {
    FakeLnd lnd = node(A, quiet().healthSensitivity(0).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    var results = new ArrayList<PingResult>();
    for (int i = 0; i < Pings.COUNT_MAX; i++) {
      of(lnd).ping(ProcessId.of(B), SECOND, results::add);
    }
    assertThat(results).isEmpty();
    of(lnd).ping(ProcessId.of(B), SECOND, results::add);
    assertThat(one(results).status()).isEqualTo(LnetErrno.NO_BUFFERS);

    loop.run(200 * SECOND);
    lnd.isHolding = false;
    lnd.letGo(Integer.MAX_VALUE);
    loop.run(SECOND);

    assertThat(results).hasSize(Pings.COUNT_MAX + 1);
    assertThat(ping(of(lnd), B).status()).isZero();
  }

  @Test
  void theTableFindsWhatIsInIt() {
    var table = new PeerTable();
    Map<ProcessId, Peer> model = new HashMap<>();
    var random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      ProcessId id = new ProcessId(nid(random.nextInt(300)), random.nextInt(3));
      Peer known = model.get(id);
      assertThat(table.find(id.nid(), id.pid())).isSameAs(known);
      if (known == null) {
        Peer made = new Peer(id, 8);
        made.isStranger = random.nextBoolean();
        table.add(made);
        model.put(id, made);
      } else if (random.nextInt(3) > 0) {
        table.remove(known);
        model.remove(id);
      } else if (random.nextBoolean()) {
        table.adopt(known);
      } else {
        table.touch(known);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    long strangers = model.values().stream().filter(each -> each.isStranger).count();
    assertThat(table.strangers()).isEqualTo((int) strangers);
    int listed = 0;
    for (Peer each = table.oldestStranger(); each != null; each = each.newer) {
      listed++;
    }
    assertThat(listed).isEqualTo((int) strangers);
  }
}
