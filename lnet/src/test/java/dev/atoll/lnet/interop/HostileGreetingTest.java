/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.lnet.tcp.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Greetings that are cut short, too slow, too many, or lie about their length. */
class HostileGreetingTest extends HostileFixture {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private byte[] greeting(int version) {
    return SimplePeer.join(
        PeerRequest.of(node.nid()).encode(),
        attacker.hello(node.nid(), version, ConnType.CONTROL).encode());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aGreetingCutAtAnyByteIsForgotten(int version) {
    begin(plain());
    byte[] greeting = greeting(version);
    for (int length = 0; length < greeting.length; length++) {
      PeerLink link = attacker.dial(node.nid(), SimplePeer.ANY_PORT);
      link.write(Arrays.copyOf(greeting, length));
      if (length % 2 == 0) {
        link.shutdownOutput();
        assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
        link.close();
      } else {
        link.reset();
      }
    }
    int cuts = greeting.length;
    eventually(
        "every cut is counted",
        () -> node.counted(counters -> counters.refusals(Refusal.ENDED)) == cuts);
    assertNothingIsLeft();
  }

  @Test
  void aGreetingThatComesByteByByteIsNotWaitedFor() {
    begin(plain().acceptTimeout(PATIENCE));
    byte[] greeting = greeting(3);
    PeerLink link = attacker.dial(node.nid(), SimplePeer.ANY_PORT);
    int sent = 0;
    while (link.ending(PATIENCE.dividedBy(6)) == Ending.OPEN && sent < greeting.length - 1) {
      link.writeAtBest(greeting[sent++]);
    }
    assertThat(sent).isLessThan(greeting.length - 1);
    assertThat(node.counted(counters -> counters.refusals(Refusal.SLOW))).isEqualTo(1);
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void aThousandConnectionsThatSayNothingKeepNobodyOut() {
    // Only the bound on their number may close them.
    begin(plain().acceptTimeout(Duration.ofHours(1)));
    var silent = new ArrayList<PeerLink>();
    for (int number = 0; number < 1000; number++) {
      silent.add(attacker.dial(node.nid(), SimplePeer.ANY_PORT));
      if (number % 100 == 0) {
        assertBystanderIsServed();
      }
    }
    SimplePeer late = peer(node);
    PeerLink link = late.connect(node.nid(), ConnType.CONTROL);
    assertThat(pingOn(link, late, node)).contains(node.nid());
    eventually(
        "the oldest were closed",
        () -> node.counted(counters -> counters.refusals(Refusal.SLOW)) >= 1000 - 64);
    link.close();
    silent.forEach(PeerLink::close);
    eventually("nobody", () -> node.connectionLetters(late.nid()).isEmpty());
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "3,17",
    "3,2147483647",
    "3,-1",
    "3,-2147483648",
    "2,17",
    "1,17",
    "1,-1",
    "1,16777216"
  })
  void aHelloThatAnnouncesTooManyAddressesIsClosed(int version, int addresses) {
    begin(plain());
    PeerHello hello = attacker.hello(node.nid(), version, ConnType.CONTROL).withIps(addresses);
    PeerLink link = attacker.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void aHelloWithSixteenAddressesIsTakenAndOneWithoutAnAddressInItIsClosed() {
    begin(plain());
    PeerHello hello = attacker.hello(node.nid(), 3, ConnType.CONTROL).withIps(16);
    byte[] addresses = new byte[64];
    PeerLink bad = attacker.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    bad.writeAtBest(addresses);
    assertEnded(bad);
    Arrays.fill(addresses, (byte) 7);
    PeerLink good = attacker.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    good.write(addresses);
    assertThat(SimplePeer.readHello(good).type()).isEqualTo(ConnType.CONTROL);
    assertThat(pingOn(good, attacker, node)).contains(node.nid());
    good.close();
    assertNothingIsLeft();
  }

  @Test
  void aHelloOfAnotherAddressIsClosed() {
    begin(plain());
    PeerHello hello = attacker.hello(node.nid(), 3, ConnType.CONTROL).withSource(bystander().nid());
    PeerLink link = attacker.greet(node.nid(), SimplePeer.ANY_PORT, hello);
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(node.counted(counters -> counters.refusals(Refusal.IDENTITY))).isEqualTo(1);
    link.close();
    assertNothingIsLeft();
  }
}
