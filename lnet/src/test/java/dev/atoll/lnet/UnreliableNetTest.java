/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakeNet.FakeLnd;
import dev.atoll.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whatever a network and its nodes do: everything ends once, nothing is delivered twice or kept.
 */
class UnreliableNetTest {
  private static final int RUNS = 300;
  private static final int STEPS = 300;

  @Test
  void everythingEndsOnceAndNothingIsDeliveredTwice() {
    long seed = Seeds.of(UnreliableNetTest.class);
    for (int run = 0; run < RUNS; run++) {
      var world = new World(seed + run);
      try {
        world.play(STEPS);
        world.calm();
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed=" + (seed + run), failed);
      } finally {
        world.closeAll();
      }
    }
  }

  /** One run: some nodes, and what became of all that they did. */
  private static final class World extends NetFixture {
    private static final int NODES = 4;
    private static final Nid EXTRA = Nid.parse("10.1.0.1@tcp1");

    private final Random random;
    private final FakeLnd[] nodes = new FakeLnd[NODES];
    private final LnetSettings settings;
    private final List<Sink> targets = new ArrayList<>();
    private final Map<Long, Sink> puts = new HashMap<>();
    private final List<Integer> pingEnds = new ArrayList<>();
    private final List<Integer> discoverEnds = new ArrayList<>();
    private int pings;
    private int discovers;
    private long numbers;

    World(long seed) {
      random = new Random(seed);
      settings =
          LnetSettings.builder()
              .discovery(random.nextBoolean())
              .transactionTimeout(Duration.ofSeconds(20))
              .discoveryTimeout(Duration.ofSeconds(5))
              .peerCredits(1 + random.nextInt(4))
              .interfaceCredits(1 + random.nextInt(6))
              .queueLimit(4 + random.nextInt(20))
              .retryCount(random.nextInt(4))
              .backOff(Duration.ofMillis(100), Duration.ofSeconds(2))
              .strangerLimit(2)
              .build();
      for (int i = 0; i < NODES; i++) {
        start(i);
      }
    }

    private void start(int index) {
      nodes[index] = node(Nid.ofAddress(Network.TCP, 0x0a000001 + index), settings);
      targets.add(serve(of(nodes[index]), 64));
    }

    void play(int steps) {
      net.isLost = flight -> random.nextInt(10) == 0;
      for (int i = 0; i < steps; i++) {
        net.latencyNanos = 1L + random.nextInt((int) (SECOND / 5));
        step(random.nextInt(NODES), random.nextInt(NODES), random.nextInt(100));
        if (random.nextInt(4) == 0) {
          loop.run(random.nextInt((int) SECOND));
        }
      }
    }

    private void step(int from, int to, int what) {
      FakeLnd near = nodes[from];
      FakeLnd far = nodes[to];
      if (what < 60) {
        long number = ++numbers;
        puts.put(number, put(of(near), far.nid(), number, random.nextBoolean()));
      } else if (what < 65) {
        pings++;
        of(near).ping(ProcessId.of(far.nid()), SECOND, result -> pingEnds.add(result.status()));
      } else if (what < 70) {
        if (from != to) {
          discovers++;
          of(near).discover(far.nid(), (status, peer) -> discoverEnds.add(status));
        }
      } else if (what < 78) {
        near.isHolding = !near.isHolding;
      } else if (what < 84) {
        near.failHeld(FakeNet.RESET);
      } else if (what < 88) {
        near.letGo(1 + random.nextInt(3));
      } else if (what < 91) {
        near.isCutOff = !near.isCutOff;
      } else {
        upset(from, near, far, what);
      }
    }

    private void upset(int from, FakeLnd near, FakeLnd far, int what) {
      if (what < 94) {
        near.disconnect(far.nid());
      } else if (what < 96) {
        of(near).removePeer(far.nid());
      } else if (what < 98) {
        if (!of(near).remove(EXTRA) && !net.nodes.containsKey(EXTRA)) {
          of(near).add(new FakeLnd(net, EXTRA, of(near).incarnation()));
        }
      } else {
        // A crash, or an orderly end; then the same node anew.
        if (random.nextBoolean()) {
          near.vanish();
        }
        of(near).close();
        start(from);
      }
    }

    /** Lets all troubles end, and looks at what is left. */
    void calm() {
      for (FakeLnd each : nodes) {
        each.isHolding = false;
        each.isCutOff = false;
        each.letGo(Integer.MAX_VALUE);
      }
      net.isLost = flight -> false;
      loop.run(200 * SECOND);

      puts.forEach((number, sink) -> {
        assertThat(sink.isUnlinked).as("put %s: %s", number, sink.events).isTrue();
        assertThat(sink.events.stream().filter(each -> each.startsWith("SEND")))
            .as("put %s: %s", number, sink.events)
            .hasSizeLessThanOrEqualTo(1);
      });
      checkDeliveries();
      assertThat(pingEnds).hasSize(pings);
      assertThat(discoverEnds).hasSize(discovers);
      for (FakeLnd each : nodes) {
        checkAtRest(each);
      }
    }

    private void checkDeliveries() {
      Set<Long> delivered = new HashSet<>();
      for (Sink target : targets) {
        for (long each : target.numbers) {
          assertThat(delivered.add(each)).as("put %s came twice", each).isTrue();
        }
      }
      puts.forEach((number, sink) -> {
        if (sink.events.contains("ACK 0")) {
          assertThat(delivered).as("acknowledged").contains(number);
        }
      });
      // With no trouble at all there would be as many as puts; some must have come.
      assertThat(delivered).isNotEmpty();
    }

    private void checkAtRest(FakeLnd lnd) {
      LnetEngine engine = of(lnd);
      LnetStatistics statistics = engine.statistics();
      assertThat(statistics.messagesUnderWay()).isZero();
      assertThat(statistics.answersAwaited()).isZero();
      // The target of pings, the places for pushes, and the memory that is served.
      assertThat(engine.descriptorCount()).isEqualTo(1 + PushTarget.PLACES + 1);
      assertThat(engine.interfaces().get(1).credits().left())
          .isEqualTo(settings.interfaceCredits());
      for (PeerStatus peer : engine.peers()) {
        assertThat(peer.credits().left()).isEqualTo(settings.peerCredits());
        assertThat(peer.credits().waiting()).isZero();
        assertThat(peer.discovery()).isIn(DiscoveryState.UNKNOWN, DiscoveryState.UPTODATE);
      }
    }
  }
}
