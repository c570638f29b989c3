/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.channel.ChannelException;
import dev.atoll.channel.ChannelOptions;
import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.Channels;
import dev.atoll.channel.IdlePolicy;
import dev.atoll.channel.SendOutcome;
import dev.atoll.link.RsmError;
import dev.atoll.memory.FramePositions;
import dev.atoll.memory.RefusedMemoryException;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What channels promise, whatever carries the session; each carrier's test extends this. */
abstract class ChannelContract extends ContractFixture {
  private static final int CHANNEL = 0x600100;
  private static final long CAPACITY = 1 << 16;

  private SharedMemory ringMemory;
  private ChannelReceiver receiver;

  @BeforeEach
  void makeAChannel() {
    ringMemory = exporter.allocate(Channels.sizeFor(CAPACITY, 3));
    receiver = receiver(3, ChannelOptions.standard());
    receiver.publish(CHANNEL);
  }

  private ChannelReceiver receiver(int senders, ChannelOptions options) {
    return ChannelReceiver.create(exporter.controller("loopback"), ringMemory, senders, options);
  }

  @AfterEach
  void closeTheChannel() {
    receiver.close();
    ringMemory.close();
  }

  private ChannelSender sender() {
    return ChannelSender.connect(importer.controller("loopback"), importer.nodeId(), CHANNEL);
  }

  private List<String> poll() {
    List<String> texts = new ArrayList<>();
    int count =
        receiver.poll(
            (buffer, offset, length, type) -> texts.add(type + " " + read(buffer, offset, length)),
            1000);
    assertThat(count).isEqualTo(texts.size());
    return texts;
  }

  private static SendOutcome offer(ChannelSender sender, String text, int type) {
    return sender.offer(bytes(text), 0, text.length(), type);
  }

  @Test
  void givesMessagesInOrderWithTheirTypes() {
    try (ChannelSender sender = sender()) {
      assertThat(offer(sender, "one", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(offer(sender, "", 0)).isEqualTo(SendOutcome.ACCEPTED);
      String longer = "x".repeat(sender.longestBytes());
      assertThat(offer(sender, longer, 65_535)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(sender.offer(new byte[] {65, 66, 67}, 1, 2, 3)).isEqualTo(SendOutcome.ACCEPTED);

      assertThat(poll()).containsExactly("1 one", "0 ", "65535 " + longer, "3 BC");
      assertThat(poll()).isEmpty();
    }
  }

  @Test
  void theSnippetsRun() throws Exception {
    receiver.close();
    List<String> heard = new ArrayList<>();
    CompletableFuture<Void> published = new CompletableFuture<>();
    CompletableFuture<Void> done =
        CompletableFuture.runAsync(() -> {
          try {
            ChannelSnippets.receive(exporter, heard, () -> published.complete(null));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    published.get(20, TimeUnit.SECONDS);
    try (ChannelSender sender = sender()) {
      assertThat(ChannelSnippets.send(importer)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(ChannelSnippets.unread(sender)).isNotNegative();
      assertThat(ChannelSnippets.sendInPlace(sender)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(ChannelSnippets.sendInPlace(sender)).isEqualTo(SendOutcome.ACCEPTED);
      done.get(20, TimeUnit.SECONDS);
    }
    assertThat(heard).containsExactly("1 hello", "2 ddddddddeeeeeeee", "2 ddddddddeeeeeeee");
  }

  @Test
  void aClaimIsSeenOnlyOnceCommittedAndNeverIfAborted() {
    try (ChannelSender sender = sender()) {
      assertThat(sender.claim(8, 7)).isEqualTo(SendOutcome.ACCEPTED);
      sender.buffer().set(JAVA_LONG, sender.offset(), 0x4141414141414141L);
      assertThat(poll()).isEmpty();
      assertThat(sender.commit()).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(poll()).containsExactly("7 AAAAAAAA");

      assertThat(sender.claim(8, 7)).isEqualTo(SendOutcome.ACCEPTED);
      sender.abort();
      assertThat(offer(sender, "next", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(poll()).containsExactly("1 next");
      assertThatThrownBy(sender::abort).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(sender::offset).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusesWhatIsTooLongAndTypesThatDoNotFit() {
    try (ChannelSender sender = sender()) {
      int longest = sender.longestBytes();
      assertThat(longest).isEqualTo(receiver.longestBytes()).isEqualTo((int) CAPACITY / 8 - 8);
      MemorySegment much = MemorySegment.ofArray(new byte[longest + 1]);
      assertThatThrownBy(() -> sender.claim(longest + 1, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lengthBytes=" + (longest + 1));
      assertThatThrownBy(() -> sender.offer(much, 0, longest + 1, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sender.claim(1, 65_536))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sender.offer(much, 1, longest + 1, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(receiver.positions().producerBytes()).isZero();
    }
  }

  @Test
  void aSlowReceiverGetsBackPressureAndLosesNothing() {
    try (ChannelSender sender = sender()) {
      int sent = 0;
      while (offer(sender, "message " + sent, 1) == SendOutcome.ACCEPTED) {
        sent++;
      }
      assertThat(sent).isEqualTo((int) CAPACITY / 64);
      assertThat(offer(sender, "no", 1)).isEqualTo(SendOutcome.FULL);
      assertThat(receiver.positions().refusals()).isEqualTo(2);
      List<String> first = poll();
      assertThat(first).hasSize(1000).startsWith("1 message 0");
      assertThat(offer(sender, "again", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(poll()).hasSize(sent - 1000 + 1).endsWith("1 again");
    }
  }

  @Test
  void takesAsManySendersAsItWasMadeFor() {
    ChannelSender third = sender();
    try (ChannelSender first = sender();
        ChannelSender second = sender()) {
      assertThat(receiver.positions().producers()).isEqualTo(3);
      assertThatThrownBy(this::sender)
          .isInstanceOfSatisfying(
              ChannelException.class,
              e -> assertThat(e.code()).isEqualTo(ChannelException.NO_RECORD));
      assertThat(offer(first, "a", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(offer(third, "c", 3)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(offer(second, "b", 2)).isEqualTo(SendOutcome.ACCEPTED);
      third.close();
      try (ChannelSender fourth = sender()) {
        assertThat(offer(fourth, "d", 4)).isEqualTo(SendOutcome.ACCEPTED);
      }
      assertThat(poll()).containsExactly("1 a", "3 c", "2 b", "4 d");
    }
  }

  @Test
  void closingASenderAbortsItsClaimAndTheReceiverGoesOn() {
    ChannelSender sender = sender();
    assertThat(sender.claim(8, 1)).isEqualTo(SendOutcome.ACCEPTED);
    try (ChannelSender other = sender()) {
      assertThat(offer(other, "behind", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(poll()).isEmpty();
      sender.close();
      sender.close();
      assertThat(poll()).containsExactly("1 behind");
      assertThat(receiver.positions().gaps()).isZero();
    }
  }

  @Test
  void closingTheReceiverIsSeenBySenders() {
    try (ChannelSender sender = sender()) {
      assertThat(offer(sender, "x", 1)).isEqualTo(SendOutcome.ACCEPTED);
      receiver.close();
      assertThat(offer(sender, "y", 1)).isEqualTo(SendOutcome.CLOSED);
      assertThat(sender.claim(8, 1)).isEqualTo(SendOutcome.CLOSED);
      assertThat(sender.isConnected()).isFalse();
      assertRefused(RsmError.SEG_NOT_PUBLISHED, this::sender);
    }
  }

  @Test
  void whatIsAcceptedWhileTheConnectionEndsIsInTheChannel() throws Exception {
    for (int round = 0; round < 50; round++) {
      // A second publication of the same memory, which ends without a word in the memory.
      try (ExportSegment other = exporter.controller("loopback").export(ringMemory)) {
        int id = other.publish(0);
        var sending =
            CompletableFuture.supplyAsync(
                () -> offerUntilRefused(id), task -> Thread.ofPlatform().start(task));
        long polled = 0;
        while (polled < 100) {
          polled += receiver.poll((buffer, offset, length, type) -> {}, 1000);
        }
        other.unpublish();
        long accepted = sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
        int count = 1;
        while (count > 0) {
          count = receiver.poll((buffer, offset, length, type) -> {}, 1000);
          polled += count;
        }
        assertThat(polled).as("round " + round).isGreaterThanOrEqualTo(accepted);
      }
      receiver.close();
      ringMemory.segment().fill((byte) 0);
      receiver = receiver(3, ChannelOptions.standard());
    }
  }

  private long offerUntilRefused(int id) {
    long accepted = 0;
    try (var sender =
        ChannelSender.connect(importer.controller("loopback"), importer.nodeId(), id)) {
      var outcome = SendOutcome.ACCEPTED;
      while (outcome == SendOutcome.ACCEPTED || outcome == SendOutcome.FULL) {
        outcome = offer(sender, "x", 1);
        accepted += outcome == SendOutcome.ACCEPTED ? 1 : 0;
      }
    }
    return accepted;
  }

  @Test
  void aSleepingReceiverIsWoken() throws Exception {
    try (ChannelSender sender = sender()) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Boolean> woken = awaitElsewhere(LONG, i % 2 == 0);
        if (i > 3) {
          // Asleep for certain, not just about to be.
          awaitAsleep();
        }
        assertThat(offer(sender, "wake", 1)).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(woken.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(poll()).containsExactly("1 wake");
      }
    }
  }

  private void awaitAsleep() {
    dev.atoll.testkit.Conditions.await(
        "the receiver to sleep",
        LONG,
        () -> ringMemory.segment().get(java.lang.foreign.ValueLayout.JAVA_INT, 384) == 3);
  }

  private CompletableFuture<Boolean> awaitElsewhere(Duration timeout, boolean isVirtual) {
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    Thread.Builder builder = isVirtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    builder.start(() -> {
      try {
        outcome.complete(receiver.await(timeout));
      } catch (InterruptedException | RuntimeException e) {
        outcome.completeExceptionally(e);
      }
    });
    return outcome;
  }

  @Test
  void everyIdlePolicyWaitsAndGivesUpInTime() throws Exception {
    for (IdlePolicy policy :
        List.of(
            IdlePolicy.busySpin(),
            IdlePolicy.yielding(),
            IdlePolicy.backOff(),
            IdlePolicy.sleeping())) {
      receiver.close();
      ringMemory.segment().fill((byte) 0);
      receiver = receiver(1, ChannelOptions.standard().withIdle(policy));
      receiver.publish(CHANNEL);
      assertThat(receiver.await(Duration.ofMillis(3))).isFalse();
      try (ChannelSender sender = sender()) {
        CompletableFuture<Boolean> found = awaitElsewhere(LONG, true);
        assertThat(offer(sender, "x", 1)).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(found.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(receiver.await(NOW)).isTrue();
        assertThat(poll()).containsExactly("1 x");
      }
    }
  }

  @Test
  void anInterruptEndsAWait() throws Exception {
    Thread self = Thread.currentThread();
    self.interrupt();
    assertThatThrownBy(() -> receiver.await(LONG)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void positionsAreReadableThroughAReadOnlyImport() {
    try (ChannelSender sender = sender();
        ImportSegment watched =
            importer.controller("loopback").connect(importer.nodeId(), CHANNEL, Permission.READ);
        ImportMapping pages = watched.map(0, watched.size(), Permission.READ)) {
      assertThat(offer(sender, "x".repeat(100), 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(Channels.positions(pages.segment()))
          .isEqualTo(new FramePositions(128, 0, CAPACITY, 0, 0, 0, 1, 1, true));
      assertThat(poll()).hasSize(1);
      assertThat(Channels.positions(pages.segment()).consumerBytes()).isEqualTo(128);
    }
  }

  @Test
  void aSegmentWithoutAChannelIsRefused() {
    export.publish(ID);
    assertThatThrownBy(
            () -> ChannelSender.connect(importer.controller("loopback"), importer.nodeId(), ID))
        .isInstanceOf(RefusedMemoryException.class);
    memory.segment().fill((byte) -1);
    assertThatThrownBy(
            () -> ChannelSender.connect(importer.controller("loopback"), importer.nodeId(), ID))
        .isInstanceOf(RefusedMemoryException.class);
    assertThatThrownBy(() ->
            ChannelReceiver.resume(
                exporter.controller("loopback"), memory, ChannelOptions.standard()))
        .isInstanceOf(RefusedMemoryException.class);
  }

  @Test
  void connectingNeedsTheRightToWrite() {
    receiver.close();
    ringMemory.segment().fill((byte) 0);
    receiver = receiver(1, ChannelOptions.standard());
    receiver.publish(CHANNEL, dev.atoll.rsm.Access.node(exporter.nodeId(), 0444));
    assertRefused(RsmError.PERM_DENIED, this::sender);
  }

  @Test
  void aSpoiltChannelIsReportedWithClearWordsAndStaysSo() {
    try (ChannelSender sender = sender()) {
      long lines = 640 + 3 * 128;
      sender.buffer().set(JAVA_LONG, lines, -1L);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(this::poll)
            .isInstanceOfSatisfying(
                ChannelException.class,
                e -> assertThat(e.code()).isEqualTo(ChannelException.CORRUPT))
            .hasMessageContaining("commit word");
      }
      assertThat(offer(sender, "x", 1)).isEqualTo(SendOutcome.CLOSED);
    }
  }

  @Test
  void aChannelCanBeTakenOverWithItsUnreadMessages() {
    ChannelSender sender = sender();
    assertThat(offer(sender, "read", 1)).isEqualTo(SendOutcome.ACCEPTED);
    assertThat(poll()).containsExactly("1 read");
    assertThat(offer(sender, "unread", 1)).isEqualTo(SendOutcome.ACCEPTED);
    assertThatThrownBy(() -> receiver(1, ChannelOptions.standard()))
        .isInstanceOf(IllegalArgumentException.class);
    receiver.close();
    sender.close();
    receiver =
        ChannelReceiver.resume(
            exporter.controller("loopback"),
            ringMemory,
            ChannelOptions.standard().withGraceAfterResume(NOW));
    receiver.publish(CHANNEL);
    try (ChannelSender next = sender()) {
      assertThat(offer(next, "new", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(poll()).containsExactly("1 unread", "1 new");
      assertThat(receiver.positions().generation()).isEqualTo(2);
    }
  }

  @Test
  void theClaimOfASenderOfTheReceiverBeforeIsPassedOver() throws Exception {
    ChannelSender sender = sender();
    assertThat(sender.claim(8, 1)).isEqualTo(SendOutcome.ACCEPTED);
    receiver.close();
    sender.close();
    receiver =
        ChannelReceiver.resume(
            exporter.controller("loopback"),
            ringMemory,
            ChannelOptions.standard().withGraceAfterResume(NOW).withUnblockAfter(NOW));
    receiver.publish(CHANNEL);
    try (ChannelSender next = sender()) {
      assertThat(offer(next, "new", 1)).isEqualTo(SendOutcome.ACCEPTED);
      assertThat(receiver.await(LONG)).isTrue();
      assertThat(poll()).containsExactly("1 new");
      assertThat(receiver.positions().gaps()).isEqualTo(1);
      assertThat(receiver.positions().lostBytes()).isEqualTo(64);
      assertThat(receiver.positions().producers()).isEqualTo(1);
    }
  }

  @Test
  void bytesOfOneMessageAreNeverTakenForAnother() {
    try (ChannelSender sender = sender()) {
      // Every word of the payload is a commit word of some coming round.
      for (int round = 0; round < 40; round++) {
        byte[] evil = new byte[56 + 64 * (round % 7)];
        MemorySegment words = MemorySegment.ofArray(evil);
        for (int at = 0; at + 8 <= evil.length; at += 8) {
          words.set(
              JAVA_LONG.withByteAlignment(1), at, (long) (round % 3 + 1) << 42 | 1L << 40 | 8);
        }
        for (int i = 0; i < 100; i++) {
          assertThat(sender.offer(words, 0, evil.length, 9)).isEqualTo(SendOutcome.ACCEPTED);
          int count =
              receiver.poll(
                  (buffer, offset, length, type) -> {
                    assertThat(type).isEqualTo(9);
                    assertThat(buffer.asSlice(offset, length).toArray(JAVA_BYTE)).isEqualTo(evil);
                  },
                  10);
          assertThat(count).isEqualTo(1);
          assertThat(poll()).isEmpty();
        }
      }
    }
  }
}
