/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.FakeNet.FakeLnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CreditTest extends NetFixture {
  @Test
  void theNetworkHoldsAtMostEightMessagesToOnePeer() {
    FakeLnd lnd = node(A, quiet().build());
    node(B, quiet().build());
    lnd.isHolding = true;

    for (int i = 0; i < 20; i++) {
      put(of(lnd), B, i, false);
    }
    assertThat(lnd.held).hasSize(8);
    CreditStatus credits = of(lnd).peer(B).orElseThrow().credits();
    assertThat(credits).isEqualTo(new CreditStatus(8, 0, -12, 12));

    lnd.letGo(3);
    assertThat(lnd.held).hasSize(8);
    assertThat(of(lnd).peer(B).orElseThrow().credits().waiting()).isEqualTo(9);
  }

  @Test
  void theNetworkHoldsAtMostSoManyMessagesOfTheInterface() {
    FakeLnd lnd = node(A, quiet().interfaceCredits(10).build());
    node(B, quiet().build());
    node(C, quiet().build());
    lnd.isHolding = true;

    for (int i = 0; i < 20; i++) {
      put(of(lnd), i % 2 == 0 ? B : C, i, false);
    }
    assertThat(lnd.held).hasSize(10);
    CreditStatus credits = of(lnd).interfaces().get(1).credits();
    assertThat(credits).isEqualTo(new CreditStatus(10, 0, -6, 6));

    lnd.letGo(1);
    assertThat(lnd.held).hasSize(10);
  }

  @Test
  void messagesToOnePeerLeaveInTheOrderTheyCame() {
    FakeLnd lnd = node(A, quiet().interfaceCredits(3).build());
    Sink target = serve(of(node(B, quiet().build())), 64);
    lnd.isHolding = true;
    for (int i = 0; i < 50; i++) {
      put(of(lnd), B, i, false);
    }

    lnd.isHolding = false;
    lnd.letGo(1);
    loop.run(SECOND);

    assertThat(target.numbers).containsExactlyElementsOf(upTo(50));
    assertThat(of(lnd).peer(B).orElseThrow().credits().left()).isEqualTo(8);
    assertThat(of(lnd).interfaces().get(1).credits().left()).isEqualTo(3);
  }

  @Test
  void whatWaitsTooLongEndsOnceWithATimeout() {
    FakeLnd lnd = node(A, quiet().transactionTimeout(Duration.ofSeconds(10)).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sinks.add(put(of(lnd), B, i, false));
    }

    loop.run(11 * SECOND);

    assertThat(sinks.subList(8, 20))
        .allSatisfy(each -> assertThat(each.events).containsExactly("SEND -110"));
    assertThat(sinks.subList(0, 8)).allSatisfy(each -> assertThat(each.events).isEmpty());
    assertThat(of(lnd).statistics().localTimeoutCount()).isEqualTo(12);
    lnd.letGo(8);
    assertThat(sinks).allSatisfy(each -> assertThat(each.events).hasSize(1));
    assertThat(of(lnd).peer(B).orElseThrow().credits().left()).isEqualTo(8);
  }

  @Test
  void whatWaitsForAnInterfaceCreditTooLongGivesItsPeersCreditBack() {
    FakeLnd lnd =
        node(A, quiet().interfaceCredits(1).transactionTimeout(Duration.ofSeconds(10)).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    Sink first = put(of(lnd), B, 1, false);
    Sink second = put(of(lnd), B, 2, false);

    loop.run(11 * SECOND);

    assertThat(first.events).isEmpty();
    assertThat(second.events).containsExactly("SEND -110");
    assertThat(of(lnd).peer(B).orElseThrow().credits().left()).isEqualTo(7);
  }

  @Test
  void whatNobodyWaitsForAnyMoreDoesNotLeave() {
    FakeLnd lnd = node(A, quiet().build());
    node(B, quiet().build());
    lnd.isHolding = true;
    for (int i = 0; i < 8; i++) {
      put(of(lnd), B, i, false);
    }
    var results = new ArrayList<PingResult>();
    of(lnd).ping(ProcessId.of(B), SECOND, results::add);
    loop.run(3 * SECOND);

    assertThat(one(results).status()).isEqualTo(LnetErrno.TIMED_OUT);
    assertThat(of(lnd).peer(B).orElseThrow().credits().waiting()).isZero();
    lnd.isHolding = false;
    lnd.letGo(8);
    assertThat(logged("GET 0")).isZero();
  }

  @Test
  void theNetworkIsToldHowLongItMayTry() {
    FakeLnd lnd =
        node(
            A,
            quiet()
                .transactionTimeout(Duration.ofSeconds(10))
                .lndTimeout(Duration.ofSeconds(4))
                .build());
    node(B, quiet().build());
    lnd.isHolding = true;
    long began = loop.nanos();
    for (int i = 0; i < 9; i++) {
      put(of(lnd), B, i, false);
    }
    assertThat(lnd.held.getFirst().deadlineNanos()).isEqualTo(began + 4 * SECOND);

    loop.run(8 * SECOND);
    lnd.letGo(1);

    assertThat(lnd.held.getLast().deadlineNanos()).isEqualTo(began + 10 * SECOND);
  }

  @Test
  void refusesMoreThanMayWait() {
    FakeLnd lnd = node(A, quiet().queueLimit(5).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    for (int i = 0; i < 13; i++) {
      assertThat(put(of(lnd), B, i, false).events).isEmpty();
    }

    Sink refused = put(of(lnd), B, 13, false);

    assertThat(refused.events).containsExactly("SEND -105");
  }

  @Test
  void aNetworkThatFailsWithinTheCallDoesNotDeepenTheStack() {
    FakeLnd lnd = node(A, quiet().retryCount(0).interfaceCredits(1).build());
    node(B, quiet().build());
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      sinks.add(put(of(lnd), B, i, false));
    }

    lnd.isHolding = false;
    lnd.letGo(1);

    assertThat(sinks).allSatisfy(each -> assertThat(each.events).containsExactly("SEND 0"));
  }

  @Test
  void anInterfaceThatIsRemovedEndsWhatWaitsForIt() {
    FakeLnd lnd = node(A, quiet().build());
    LnetEngine a = of(lnd);
    node(B, quiet().build());
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sinks.add(put(a, B, i, false));
    }

    assertThat(a.remove(A)).isTrue();
    assertThat(a.remove(A)).isFalse();

    assertThat(sinks).allSatisfy(each -> assertThat(each.events).hasSize(1));
    assertThat(sinks.getFirst().events).containsExactly("SEND " + FakeNet.SHUT_DOWN);
    assertThat(sinks.getLast().events).containsExactly("SEND -113");
    assertThat(put(a, B, 1, false).events).containsExactly("SEND -113");
    assertThat(a.ids()).containsExactly(ProcessId.of(Nid.LOOPBACK));
  }

  @Test
  void closingEndsEverythingOnce() {
    FakeLnd lnd = node(A, quiet().build());
    LnetEngine a = of(lnd);
    node(B, quiet().build());
    lnd.isHolding = true;
    List<Sink> sinks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sinks.add(put(a, B, i, i % 2 == 0));
    }
    var pings = new ArrayList<PingResult>();
    a.ping(ProcessId.of(B), SECOND, pings::add);

    a.close();
    a.close();

    assertThat(sinks).allSatisfy(each -> assertThat(each.isUnlinked).isTrue());
    assertThat(one(pings).status()).isEqualTo(LnetErrno.CANCELED);
    assertThat(a.isClosed()).isTrue();
    assertThatThrownBy(() -> put(a, B, 1, false)).isInstanceOf(IllegalStateException.class);
  }

  private static List<Long> upTo(int count) {
    return LongStream.range(0, count).boxed().toList();
  }
}
