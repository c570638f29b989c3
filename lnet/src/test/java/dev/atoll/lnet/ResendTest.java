/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakeNet.FakeLnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResendTest extends NetFixture {
  @Test
  void whatTheNetworkGivesBackIsTriedAgainInItsOldPlace() {
    FakeLnd lnd = node(A, quiet().build());
    Sink target = serve(of(node(B, quiet().build())), 64);
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (long i = 0; i < 12; i++) {
      sinks.add(put(of(lnd), B, i, false));
    }

    lnd.failHeld(FakeNet.RESET);
    assertThat(lnd.held).isEmpty();
    lnd.isHolding = false;
    loop.run(SECOND);

    assertThat(target.numbers).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
    assertThat(sinks).allSatisfy(each -> assertThat(each.events).containsExactly("SEND 0"));
    LnetStatistics statistics = of(lnd).statistics();
    assertThat(statistics.resendCount()).isEqualTo(8);
    assertThat(statistics.successfulResends()).isEqualTo(8);
    assertThat(statistics.sendCount()).isEqualTo(12);
  }

  @Test
  void aMessageIsTriedAgainTwiceAndThenEndsOnce() {
    FakeLnd lnd = node(A, quiet().healthSensitivity(0).build());

    Sink sent = put(of(lnd), B, 1, false);
    loop.run(100 * SECOND);

    assertThat(sent.events).containsExactly("SEND -111");
    assertThat(logged("PUT 7")).isEqualTo(3);
    LnetStatistics statistics = of(lnd).statistics();
    assertThat(statistics.failedResends()).isEqualTo(1);
    assertThat(statistics.errorCount()).isEqualTo(1);
  }

  @Test
  void isTriedOnceIfNoMoreIsAskedFor() {
    FakeLnd lnd = node(A, quiet().retryCount(0).build());

    Sink sent = put(of(lnd), B, 1, false);
    assertThat(sent.events).containsExactly("SEND -111");
    assertThat(logged("PUT 7")).isEqualTo(1);
  }

  @Test
  void aPeerThatCanNotBeReachedIsLeftAloneForADoublingTime() {
    FakeLnd lnd = node(A, quiet().retryCount(0).healthSensitivity(0).build());
    LnetEngine a = of(lnd);
    put(a, B, 1, false);

    assertThat(put(a, B, 2, false).events).containsExactly("SEND -113");
    assertThat(net.log).hasSize(1);
    loop.run(SECOND);
    assertThat(put(a, B, 3, false).events).containsExactly("SEND -111");
    loop.run(SECOND);
    assertThat(put(a, B, 4, false).events).containsExactly("SEND -113");
    loop.run(SECOND);
    assertThat(put(a, B, 5, false).events).containsExactly("SEND -111");
    for (int i = 0; i < 10; i++) {
      loop.run(60 * SECOND);
      assertThat(put(a, B, 6, false).events).containsExactly("SEND -111");
    }
  }

  @Test
  void aPeerThatComesByIsSentToAtOnce() {
    FakeLnd lnd = node(A, quiet().healthSensitivity(0).build());
    Sink waiting = put(of(lnd), B, 1, false);
    loop.run(SECOND / 10);
    assertThat(waiting.events).isEmpty();

    FakeLnd other = node(B, quiet().build());
    Sink target = serve(of(other), 64);
    other.connect(lnd);
    loop.run(SECOND / 10);

    assertThat(waiting.events).containsExactly("SEND 0");
    assertThat(target.numbers).containsExactly(1L);
  }

  @Test
  void aPeerThatWasThereIsTriedAgainWithoutAPause() {
    FakeLnd lnd = node(A, quiet().build());
    FakeLnd other = node(B, quiet().build());
    Sink target = serve(of(other), 64);
    put(of(lnd), B, 1, false);
    loop.run(SECOND);

    lnd.disconnected(other, FakeNet.RESET);
    other.disconnected(lnd, FakeNet.RESET);
    put(of(lnd), B, 2, false);
    loop.run(SECOND / 100);

    assertThat(target.numbers).containsExactly(1L, 2L);
  }

  @Test
  void whatItsOwnerHasUnlinkedIsNotTriedAgain() {
    FakeLnd lnd = node(A, quiet().build());
    node(B, quiet().build());
    lnd.isHolding = true;
    Sink sent = put(of(lnd), B, 1, false);
    assertThat(of(lnd).unlink(sent.descriptor)).isZero();

    lnd.failHeld(FakeNet.RESET);
    loop.run(SECOND);

    assertThat(sent.isUnlinked).isTrue();
    assertThat(logged("PUT 7")).isEqualTo(1);
  }

  @Test
  void nothingIsTriedAgainWhenItsTimeIsOver() {
    FakeLnd lnd = node(A, quiet().transactionTimeout(Duration.ofSeconds(5)).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    Sink sent = put(of(lnd), B, 1, false);
    loop.run(6 * SECOND);

    lnd.failHeld(FakeNet.RESET);
    loop.run(SECOND);

    assertThat(sent.events).containsExactly("SEND -104");
    assertThat(logged("PUT 7")).isEqualTo(1);
  }

  @Test
  void pingsAreNotTriedAgain() {
    FakeLnd lnd = node(A, quiet().healthSensitivity(0).build());

    PingResult result = ping(of(lnd), B);

    assertThat(result.status()).isEqualTo(FakeNet.REFUSED);
    assertThat(logged("GET 0")).isEqualTo(1);
  }

  @Test
  void answersAreTriedAgain() {
    FakeLnd lnd = node(A, quiet().build());
    FakeLnd other = node(B, quiet().build());
    serve(of(other), 64);
    other.isHolding = true;
    Sink sent = put(of(lnd), B, 1, true);
    loop.run(SECOND);
    assertThat(other.held).hasSize(1);

    other.isHolding = false;
    other.failHeld(FakeNet.RESET);
    loop.run(SECOND);

    assertThat(sent.events).containsExactlyInAnyOrder("SEND 0", "ACK 0");
  }

  @Test
  void healthFallsWithFailuresAndRisesWithRecoveryPings() {
    FakeLnd lnd = node(A, quiet().retryCount(0).build());
    LnetEngine a = of(lnd);
    put(a, B, 1, false);
    assertThat(health(a).value()).isEqualTo(900);
    loop.run(40 * SECOND);
    assertThat(health(a).value()).isLessThan(800);
    assertThat(logged("GET 0")).isGreaterThan(2);

    node(B, quiet().build());
    loop.run(10_000 * SECOND);

    assertThat(health(a)).extracting(HealthStatus::value).isEqualTo(1000);
    assertThat(health(a).nextPingNanos()).isZero();
    long pings = logged("GET 0");
    loop.run(10_000 * SECOND);
    assertThat(logged("GET 0")).isEqualTo(pings);
  }

  @Test
  void recoveryPingsBecomeRare() {
    FakeLnd lnd = node(A, quiet().retryCount(0).build());
    put(of(lnd), B, 1, false);

    loop.run(1024 * SECOND);
    long early = logged("GET 0") + of(lnd).statistics().localNoRouteCount();
    loop.run(900 * 10 * SECOND);
    long late = logged("GET 0") + of(lnd).statistics().localNoRouteCount();

    assertThat(early).isBetween(9L, 12L);
    assertThat(late - early).isBetween(9L, 11L);
  }

  private static HealthStatus health(LnetEngine engine) {
    return engine.peer(B).orElseThrow().health();
  }
}
