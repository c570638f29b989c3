/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.FakeNet.FakeLnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteTest extends NetFixture {
  private static final Network FAR_NET = Network.parse("tcp1");
  private static final Nid FAR = Nid.parse("10.1.0.2@tcp1");
  private static final Nid GATEWAY = Nid.parse("10.0.0.254@tcp");
  private static final Nid SECOND_GATEWAY = Nid.parse("10.0.0.253@tcp");

  private FakeRouter router(Nid near, String far) {
    return new FakeRouter(net, near, Nid.parse(far));
  }

  /** A node on the far net whose way back leads through a gateway. */
  private FakeLnd far(FakeRouter router) {
    LnetEngine engine = engine(quiet().build());
    FakeLnd lnd = node(FAR, engine);
    engine.addRoute(A.network(), router.farNid(), 1, 0);
    return lnd;
  }

  @Test
  void withoutARouteThereIsNoWay() {
    LnetEngine a = of(node(A, quiet().build()));

    assertThat(put(a, FAR, 1, false).events).containsExactly("SEND -113");
    assertThat(ping(a, FAR).status()).isEqualTo(-113);
    assertThat(a.statistics().localNoRouteCount()).isEqualTo(2);
  }

  @Test
  void aRouteIsDownUntilItsGatewayHasAnswered() {
    LnetEngine a = of(node(A, quiet().build()));
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    far(router);

    assertThat(a.addRoute(FAR_NET, GATEWAY, -1, 0)).isTrue();
    assertThat(put(a, FAR, 1, false).events).containsExactly("SEND -113");
    assertThat(one(a.routes()).isUp()).isFalse();
    loop.run(SECOND);

    assertThat(one(a.routes())).isEqualTo(new RouteStatus(FAR_NET, GATEWAY, -1, 0, true, false));
    assertThat(ping(a, FAR).nids()).contains(ProcessId.of(FAR));
    assertThat(a.distance(FAR)).isEqualTo(2);
    assertThat(a.sourceFor(FAR)).contains(A);
    assertThat(a.addRoute(FAR_NET, GATEWAY, -1, 0)).isFalse();
  }

  @Test
  void messagesTravelThroughAGatewayAndAnswersComeBackThroughIt() {
    LnetEngine a = of(node(A, quiet().build()));
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    FakeLnd far = far(router);
    Sink target = serve(of(far), 64);
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);
    net.log.clear();

    Sink sent = put(a, FAR, 7, true);
    loop.run(SECOND);

    assertThat(target.numbers).containsExactly(7L);
    assertThat(target.initiators).containsExactly(A);
    assertThat(target.senders).containsExactly(router.farNid());
    assertThat(sent.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
    assertThat(net.log)
        .containsExactly("PUT 7 " + A + " " + GATEWAY, "ACK 0 " + FAR + " " + router.farNid());
  }

  @Test
  void theFarNodeAnswersThroughTheNeighbourThatBroughtTheRequest() {
    LnetEngine a = of(node(A, quiet().build()));
    router(GATEWAY, "10.1.0.254@tcp1");
    // Its only route back leads through a gateway that is not there.
    FakeLnd far = node(FAR, quiet().build());
    of(far).addRoute(A.network(), Nid.parse("10.1.0.99@tcp1"), 1, 0);
    serve(of(far), 64);
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);

    Sink sent = put(a, FAR, 7, true);
    loop.run(SECOND);

    assertThat(sent.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
  }

  @Test
  void aFarNodeIsDiscoveredThroughTheGateway() {
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    LnetEngine a = of(node(A, LnetSettings.defaults()));
    LnetEngine far = engine(LnetSettings.defaults());
    node(FAR, far);
    far.addRoute(A.network(), router.farNid(), 1, 0);
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    Sink target = serve(far, 64);
    loop.run(SECOND);

    put(a, FAR, 1, false);
    loop.run(SECOND);

    assertThat(target.numbers).containsExactly(1L);
    assertThat(a.peer(FAR).orElseThrow().discovery()).isEqualTo(DiscoveryState.UPTODATE);
    assertThat(a.peer(FAR).orElseThrow().nids()).containsExactly(FAR);
  }

  @Test
  void aGatewayThatFallsSilentTakesItsRouteDownAndBack() {
    LnetEngine a =
        of(node(A, quiet().gatewayCheck(Duration.ofSeconds(60), Duration.ofSeconds(50)).build()));
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);
    assertThat(one(a.routes()).isUp()).isTrue();

    router.isSilent = true;
    loop.run(111 * SECOND);
    assertThat(one(a.routes()).isUp()).isFalse();
    router.isSilent = false;
    loop.run(60 * SECOND);
    assertThat(one(a.routes()).isUp()).isTrue();
  }

  @Test
  void aGatewayThatCanNotBeReachedIsDownAtOnce() {
    FakeLnd lnd = node(A, quiet().build());
    LnetEngine a = of(lnd);
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);

    lnd.disconnected(router.near, FakeNet.RESET);

    assertThat(one(a.routes()).isUp()).isFalse();
    // It was there a moment ago, so it is looked at again soon.
    loop.run(2 * SECOND);
    assertThat(one(a.routes()).isUp()).isTrue();
  }

  @Test
  void aNodeThatForwardsNothingIsNoGateway() {
    LnetEngine a = of(node(A, quiet().build()));
    node(GATEWAY, quiet().build());
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);

    assertThat(one(a.routes()).isUp()).isFalse();
  }

  @Test
  void aGatewayWhoseFarSideIsDownIsNotUsed() {
    LnetEngine a = of(node(A, quiet().build()));
    FakeRouter router = router(GATEWAY, "10.1.0.254@tcp1");
    router.farStatus = PingInfo.DOWN;
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    a.addRoute(Network.parse("tcp2"), GATEWAY, 2, 0);
    loop.run(SECOND);

    assertThat(a.routes()).extracting(RouteStatus::isUp).containsExactly(false, true);
    assertThat(a.routes()).extracting(RouteStatus::isMultiHop).containsExactly(false, true);
  }

  @Test
  void priorityGoesBeforeHopsAndTheNextOneStepsIn() {
    FakeLnd lnd = node(A, quiet().build());
    LnetEngine a = of(lnd);
    FakeRouter first = router(GATEWAY, "10.1.0.254@tcp1");
    router(SECOND_GATEWAY, "10.1.0.253@tcp1");
    far(first);
    a.addRoute(FAR_NET, SECOND_GATEWAY, 1, 1);
    a.addRoute(FAR_NET, GATEWAY, 5, 0);
    loop.run(SECOND);
    net.log.clear();

    put(a, FAR, 1, false);
    assertThat(net.log).containsExactly("PUT 7 " + A + " " + GATEWAY);
    assertThat(a.distance(FAR)).isEqualTo(6);

    lnd.disconnected(first.near, FakeNet.RESET);
    put(a, FAR, 2, false);
    assertThat(net.log.getLast()).isEqualTo("PUT 7 " + A + " " + SECOND_GATEWAY);
  }

  @Test
  void fewerHopsWinAmongEqualPriorities() {
    LnetEngine a = of(node(A, quiet().build()));
    router(GATEWAY, "10.1.0.254@tcp1");
    router(SECOND_GATEWAY, "10.1.0.253@tcp1");
    a.addRoute(FAR_NET, GATEWAY, 3, 0);
    a.addRoute(FAR_NET, SECOND_GATEWAY, 2, 0);
    loop.run(SECOND);

    assertThat(a.distance(FAR)).isEqualTo(3);
  }

  @Test
  void messagesToOneNodeKeepToOneOfEqualRoutes() {
    LnetEngine a = of(node(A, quiet().build()));
    router(GATEWAY, "10.1.0.254@tcp1");
    router(SECOND_GATEWAY, "10.1.0.253@tcp1");
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    a.addRoute(FAR_NET, SECOND_GATEWAY, 1, 0);
    loop.run(SECOND);
    net.log.clear();

    for (int i = 0; i < 8; i++) {
      put(a, FAR, i, false);
    }
    assertThat(net.log.stream().distinct()).hasSize(1);
    List<String> ways = new ArrayList<>();
    for (int i = 1; i < 60; i++) {
      net.log.clear();
      put(a, Nid.parse("10.1.0." + i + "@tcp1"), i, false);
      loop.run(SECOND / 100);
      String way = net.log.getFirst();
      ways.add(way.substring(way.lastIndexOf(' ') + 1));
    }
    assertThat(ways).contains(GATEWAY.toString(), SECOND_GATEWAY.toString());
  }

  @Test
  void aRemovedRouteIsUsedNoMore() {
    LnetEngine a = of(node(A, quiet().build()));
    router(GATEWAY, "10.1.0.254@tcp1");
    a.addRoute(FAR_NET, GATEWAY, 1, 0);
    loop.run(SECOND);

    assertThat(a.removeRoute(FAR_NET, GATEWAY)).isTrue();
    assertThat(a.removeRoute(FAR_NET, GATEWAY)).isFalse();

    assertThat(a.distance(FAR)).isEqualTo(-113);
    long asked = logged("GET 0");
    loop.run(1000 * SECOND);
    assertThat(logged("GET 0")).isEqualTo(asked);
  }

  @Test
  void refusesRoutesThatMakeNoSense() {
    LnetEngine a = of(node(A, quiet().build()));

    assertThatThrownBy(() -> a.addRoute(A.network(), GATEWAY, 1, 0))
        .hasMessageContaining("network=tcp");
    assertThatThrownBy(() -> a.addRoute(FAR_NET, FAR, 1, 0)).hasMessageContaining("gateway=");
    assertThatThrownBy(() -> a.addRoute(FAR_NET, A, 1, 0)).hasMessageContaining("gateway=");
    assertThatThrownBy(() -> a.addRoute(FAR_NET, GATEWAY, 0, 0)).hasMessageContaining("hop=0");
    assertThatThrownBy(() -> a.addRoute(FAR_NET, GATEWAY, 256, 0)).hasMessageContaining("hop=");
    assertThatThrownBy(() -> a.addRoute(FAR_NET, GATEWAY, 1, -1))
        .hasMessageContaining("priority=-1");
    assertThat(a.routes()).isEmpty();
  }
}
