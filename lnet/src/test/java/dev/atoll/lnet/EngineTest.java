/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineTest extends NetFixture {
  @Test
  void aPingIsAnsweredWithLoopbackAndTheNids() {
    LnetEngine a = of(node(A, quiet().build()));
    node(B, quiet().build());

    PingResult result = ping(a, B);

    assertThat(result.status()).isZero();
    assertThat(result.nids()).containsExactly(ProcessId.of(Nid.LOOPBACK), ProcessId.of(B));
    assertThat(result.features()).isEqualTo(0x06);
    assertThat(result.sequence()).isEqualTo(2);
    assertThat(result.roundTripNanos()).isPositive();
  }

  @Test
  void aPutArrivesAndIsAcknowledged() {
    LnetEngine a = of(node(A, quiet().build()));
    LnetEngine b = of(node(B, quiet().build()));
    Sink target = serve(b, 64);

    Sink sent = put(a, B, 42, true);
    loop.run(SECOND);

    assertThat(target.numbers).containsExactly(42L);
    assertThat(target.initiators).containsExactly(A);
    assertThat(sent.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
    assertThat(sent.isUnlinked).isTrue();
  }

  @Test
  void aNodeReachesItselfThroughLoopback() {
    FakeNet.FakeLnd lnd = node(A, quiet().build());
    LnetEngine a = of(lnd);
    Sink target = serve(a, 64);

    Sink sent = put(a, A, 1, true);
    Sink second = put(a, Nid.LOOPBACK, 2, true);
    loop.run(SECOND);

    assertThat(target.numbers).containsExactly(1L, 2L);
    assertThat(target.initiators).containsExactly(A, Nid.LOOPBACK);
    assertThat(sent.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
    assertThat(second.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
    assertThat(ping(a, A).status()).isZero();
    assertThat(net.log).isEmpty();
  }

  @Test
  void namesAndDistancesAreTold() {
    LnetEngine a = of(node(A, quiet().build()));

    assertThat(a.ids()).containsExactly(ProcessId.of(Nid.LOOPBACK), ProcessId.of(A));
    assertThat(a.distance(A)).isZero();
    assertThat(a.distance(B)).isEqualTo(1);
    assertThat(a.distance(Nid.parse("10.0.0.1@tcp7"))).isEqualTo(LnetErrno.UNREACHABLE);
    assertThat(a.sourceFor(B)).contains(A);
    assertThat(a.sourceFor(Nid.parse("10.0.0.1@tcp7"))).isEmpty();
  }
}
