/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.channel.ChannelOptions;
import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.Channels;
import dev.atoll.channel.SendOutcome;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.Seeds;
import dev.atoll.testkit.Soak;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A channel whose senders are processes that are killed. */
class ChannelProcessesTest {
  private static final int KILLS = 4;
  private static final int SOAK_KILLS = 1000;
  private static final int SENDERS = 2;
  private static final long CAPACITY = 1 << 15;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int CHANNEL = 0x600100;
  private static final int LEDGER = 0x600101;
  private static final long MOST_NAMES = 1 << 12;

  @TempDir Path temporary;
  private SocketCarrier carrier;
  private Node node;
  private SharedMemory memory;
  private SharedMemory ledger;
  private ExportSegment ledgerExport;
  private ChannelReceiver receiver;

  /** What was received: the next number by sender. */
  private final Map<Long, Long> next = new HashMap<>();

  private long received;

  @BeforeEach
  void makeAChannel() {
    carrier = new SocketCarrier(temporary);
    node = carrier.attach();
    memory = node.allocate(Channels.sizeFor(CAPACITY, SENDERS + 1));
    ledger = node.allocate(MOST_NAMES * 64);
    ledgerExport = node.controller("loopback").export(ledger);
    ledgerExport.publish(LEDGER);
    receiver =
        ChannelReceiver.create(
            node.controller("loopback"), memory, SENDERS + 1, ChannelOptions.standard());
    receiver.publish(CHANNEL);
  }

  @AfterEach
  void closeAll() {
    receiver.close();
    ledgerExport.close();
    memory.close();
    ledger.close();
    node.close();
    carrier.close();
  }

  private ForkedJvm fork(long name, String what, String... sites) {
    var plan =
        ForkedJvm.of(ChannelSenderProcess.class)
            .args(
                temporary.resolve("device").toString(), "" + CHANNEL, "" + LEDGER, "" + name, what);
    return (sites.length == 0 ? plan : plan.sites(sites)).start();
  }

  @Test
  void killingSendersAtRandomLosesAndDoublesAndTearsNothing() {
    var senders = new RunningSenders(new Random(Seeds.of(ChannelProcessesTest.class)));
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        senders.killOne();
      }
    } finally {
      senders.close();
    }
    theDeadHoldUpNobody(senders.name);
    System.out.println("kills=" + KILLS + " " + counts());
  }

  @Test
  @Tag(Soak.TAG)
  void killingSendersForLongLosesAndDoublesAndTearsNothing() throws Exception {
    var senders = new RunningSenders(new Random(Seeds.of(ChannelProcessesTest.class)));
    try {
      long _ = Soak.repeat("kills of channel senders", SOAK_KILLS, number -> senders.killOne());
    } finally {
      senders.close();
    }
    theDeadHoldUpNobody(senders.name);
    System.out.println("soak: " + counts());
  }

  private String counts() {
    return "received=" + received + " gaps=" + receiver.positions().gaps();
  }

  /** The places of the dead can be had again, and nothing that they committed is missing. */
  private void theDeadHoldUpNobody(long name) {
    CompletableFuture<ChannelSender> connecting = CompletableFuture.supplyAsync(this::sender);
    receiveUntil("a place of the dead", connecting::isDone);
    try (ChannelSender own = connecting.join()) {
      // The ring may still be full of what the dead have sent.
      var isAccepted = new AtomicBoolean();
      long last = name;
      receiveUntil(
          "room",
          () -> {
            if (!isAccepted.get()) {
              isAccepted.set(offerOne(own, last) == SendOutcome.ACCEPTED);
            }
            return isAccepted.get();
          });
      receiveUntil("one after the dead", () -> next.containsKey(last));
    }
    for (Map.Entry<Long, Long> each : next.entrySet()) {
      if (each.getKey() < name) {
        assertThat(each.getValue())
            .isGreaterThanOrEqualTo(ledger.segment().get(JAVA_LONG, each.getKey() * 64));
      }
    }
  }

  /** Sender processes of which one after the other is killed, and another started. */
  private final class RunningSenders {
    private final Random random;
    private final Map<Long, ForkedJvm> running = new HashMap<>();
    private long name;

    RunningSenders(Random random) {
      this.random = random;
    }

    void killOne() {
      while (running.size() < SENDERS) {
        running.put(name, fork(name, "run"));
        name++;
      }
      for (long each : running.keySet()) {
        receiveUntil("the first message of " + each, () -> next.containsKey(each));
      }
      long target = received + random.nextInt(200_000);
      receiveUntil("some messages", () -> received >= target);
      long victim = running.keySet().stream().skip(random.nextInt(SENDERS)).findFirst().get();
      ForkedJvm process = running.remove(victim);
      process.kill9();
      process.close();
      receiveUntil(
          "all that it committed",
          () -> next.get(victim) >= ledger.segment().get(JAVA_LONG, victim * 64));
    }

    void close() {
      running.values().forEach(ForkedJvm::close);
    }
  }

  @Test
  void aSenderThatDiesBetweenClaimAndCommitHoldsUpNobody() {
    try (ChannelSender own = sender();
        ForkedJvm process = fork(0, "claim")) {
      process.expect("claimed ACCEPTED");
      assertThat(offerOne(own, 1)).isEqualTo(SendOutcome.ACCEPTED);
      for (int i = 0; i < 1000; i++) {
        assertThat(receiver.poll((b, o, l, t) -> {}, 10)).isZero();
      }
      assertThat(receiver.positions().gaps()).isZero();
      process.kill9();
      receiveUntil("the message behind the dead", () -> next.containsKey(1L));
      assertThat(receiver.positions().gaps()).isEqualTo(1);
      assertThat(receiver.positions().lostBytes()).isEqualTo(256);
      assertThat(next).hasSize(1);
    }
  }

  @Test
  void aMessageWhoseSignalWasNeverPostedIsReceivedOnce() throws Exception {
    try (ForkedJvm process = fork(0, "once", "hold:channel.unsignalled")) {
      // Waits asleep, so that the sender comes to the step before the signal.
      while (next.isEmpty()) {
        boolean _ = receiver.await(Duration.ofSeconds(20));
        receive();
      }
      process.awaitHeld("channel.unsignalled");
      process.kill9();
    }
    assertThat(receiver.await(Duration.ofMillis(20))).isFalse();
    assertThat(received).isEqualTo(1);
  }

  private ChannelSender sender() {
    return ChannelSender.connect(node.controller("loopback"), node.nodeId(), CHANNEL);
  }

  private static SendOutcome offerOne(ChannelSender sender, long name) {
    MemorySegment message =
        MemorySegment.ofArray(new long[] {name, 0, ChannelSenderProcess.mix(name, 0, 2)});
    return sender.offer(message, 0, 24, (int) name);
  }

  private void receiveUntil(String what, BooleanSupplier condition) {
    Conditions.await(
        what,
        LONG,
        () -> {
          for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            receive();
          }
          return condition.getAsBoolean();
        });
  }

  private void receive() {
    int count = receiver.poll(this::onMessage, 256);
    received += count;
  }

  private void onMessage(MemorySegment buffer, long offset, int length, int type) {
    long name = buffer.get(JAVA_LONG, offset);
    long number = buffer.get(JAVA_LONG, offset + 8);
    if (name != type || number != next.getOrDefault(name, 0L)) {
      throw new AssertionError(
          "sender " + type + " sends name=" + name + " number=" + number + " after " + next);
    }
    for (int word = 2; word < length / 8; word++) {
      if (buffer.get(JAVA_LONG, offset + word * 8L)
          != ChannelSenderProcess.mix(name, number, word)) {
        throw new AssertionError("torn: name=" + name + " number=" + number + " word=" + word);
      }
    }
    next.put(name, number + 1);
  }
}
