/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes of one process that talk over TCP, through the face for programs. */
class LnetNodeTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration EVER = Duration.ofNanos(-1);
  private static final int PORTAL = 20;
  private static final long BITS = 0x1234;
  private static final String HERE = "127.0.77.1";
  private static final String THERE = "127.0.77.2";

  private final Arena arena = Arena.ofShared();
  private final LnetDestination destination = LnetDestination.of(THERE + "@tcp", PORTAL, BITS);
  private LnetNode here;
  private LnetNode there;

  @BeforeEach
  void start() {
    here = LnetNode.start(LnetConfig.plain(HERE));
    there = LnetNode.start(LnetConfig.plain(THERE));
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
    arena.close();
  }

  @Test
  void pingsAndDiscovers() throws Exception {
    PingResult answer = here.ping(THERE + "@tcp", LONG);
    assertThat(answer.isAnswered()).as(answer.toString()).isTrue();
    assertThat(answer.nids()).extracting(id -> id.nid().toString()).contains(THERE + "@tcp");
    DiscoverResult found = here.discover(THERE + "@tcp");
    assertThat(found.isDiscovered()).as(found.toString()).isTrue();
    assertThat(found.peer().nids()).contains(Nid.parse(THERE + "@tcp"));
    assertThat(here.nids()).containsExactly(Nid.LOOPBACK, Nid.parse(HERE + "@tcp"));
  }

  @Test
  void saysWhyAPingHasNoAnswer() throws Exception {
    PingResult answer = here.ping("127.0.77.9@tcp", LONG);
    assertThat(answer.isAnswered()).isFalse();
    assertThat(answer.status()).isNegative();
  }

  @Test
  void putsAndGetsWithoutTheOtherProgramsDoing() throws Exception {
    MemorySegment remote = arena.allocate(64);
    try (AttachedMemory attached =
        there.attach(
            PORTAL,
            MatchSpec.exact(BITS),
            Pieces.of(remote),
            MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE))) {
      MemorySegment source = arena.allocate(8);
      source.set(JAVA_LONG_UNALIGNED, 0, 0x1122334455667788L);
      assertThat(here.put(source, destination)).isEqualTo(8);
      assertThat(remote.get(JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x1122334455667788L);
      MemorySegment copy = arena.allocate(8);
      assertThat(here.get(copy, destination)).isEqualTo(8);
      assertThat(copy.get(JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x1122334455667788L);
      assertThat(attached.isUnlinked()).isFalse();
    }
  }

  @Test
  void keepsManyTransfersUnderWay() throws Exception {
    MemorySegment remote = arena.allocate(4 * 4096);
    var attached = attachForAll(remote);
    var ends = here.completionCounter();
    List<LnetTransfer> window = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      MemorySegment memory = arena.allocate(4096);
      memory.fill((byte) (i + 1));
      window.add(here.transfer(memory).to(destination).at(i * 4096).counted(ends));
    }
    for (int round = 1; round <= 100; round++) {
      for (LnetTransfer each : window) {
        var _ = each.put(0, 4096);
      }
      assertThat(ends.await(4L * round, EVER)).isTrue();
    }
    assertThat(ends.failed()).isZero();
    assertThat(remote.get(JAVA_INT_UNALIGNED, 3 * 4096)).isEqualTo(0x04040404);
    window.forEach(LnetTransfer::close);
    attached.close();
  }

  @Test
  void endsUnmatchedPutWithATimeout() throws Exception {
    try (LnetTransfer transfer = here.transfer(arena.allocate(8))) {
      transfer.to(destination).timeout(Duration.ofMillis(50)).put(0, 8);
      assertThatThrownBy(transfer::join)
          .isInstanceOfSatisfying(
              LnetException.class, e -> assertThat(e.code()).isEqualTo(LnetException.TIMED_OUT))
          .hasMessageContaining("put of bytes=8 to 12345-127.0.77.2@tcp portal=20 matchBits=1234");
    }
  }

  @Test
  void endsPutToNobodyAsUnreachable() {
    var nobody = LnetDestination.of("127.0.77.9@tcp", PORTAL, BITS);
    assertThatThrownBy(() -> here.put(arena.allocate(8), nobody))
        .isInstanceOfSatisfying(LnetException.class, e -> assertThat(e.code()).startsWith("LNET_"));
  }

  @Test
  void refusesASecondUseBeforeTheEndOfTheFirst() throws Exception {
    try (LnetTransfer transfer = here.transfer(arena.allocate(8))) {
      transfer.to(destination).put(0, 8);
      assertThatThrownBy(() -> transfer.put(0, 8)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> transfer.at(4)).isInstanceOf(IllegalStateException.class);
      assertThat(transfer.await(Duration.ofMillis(20))).isFalse();
    }
  }

  @Test
  void closeGivesATransferUp() {
    LnetTransfer transfer = here.transfer(arena.allocate(8)).to(destination).put(0, 8);
    transfer.close();
    assertThat(transfer.isDone()).isTrue();
    assertThat(transfer.status()).isNegative();
    assertThatThrownBy(() -> transfer.put(0, 8)).isInstanceOf(IllegalStateException.class);
    transfer.close();
  }

  @Test
  void interruptEndsAWaitAndNotTheTransfer() throws Exception {
    try (LnetTransfer transfer = here.transfer(arena.allocate(8))) {
      transfer.to(destination).put(0, 8);
      var thrown = new CompletableFuture<Throwable>();
      Thread waiter =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  thrown.complete(new AssertionError("moved=" + transfer.join()));
                } catch (InterruptedException | RuntimeException e) {
                  thrown.complete(e);
                }
              });
      waiter.interrupt();
      assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(transfer.isDone()).isFalse();
    }
  }

  @Test
  void queuesEventsForWhoeverFetchesThem() throws Exception {
    LnetEventQueue queue = there.eventQueue(2);
    var attached =
        there.attach(
            PORTAL,
            MatchSpec.exact(BITS),
            Pieces.of(arena.allocate(64)),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            queue);
    LnetEvent event = new LnetEvent();
    assertThat(queue.poll(event)).isFalse();
    assertThat(queue.await(event, Duration.ofMillis(5))).isFalse();
    try (LnetTransfer transfer = here.transfer(arena.allocate(8)).to(destination)) {
      for (int i = 0; i < 3; i++) {
        transfer.headerData(i).put(0, 8).join();
      }
    }
    for (int i = 0; i < 2; i++) {
      assertThat(queue.await(event, LONG)).isTrue();
      assertThat(event.type()).isEqualTo(LnetEventType.PUT);
      assertThat(event.headerData()).isEqualTo(i);
      assertThat(event.movedLength()).isEqualTo(8);
    }
    assertThat(queue.lost()).as("two have room").isEqualTo(1);
    attached.close();
    assertThat(attached.isUnlinked()).isTrue();
    assertThat(queue.await(event, LONG)).isTrue();
    assertThat(event.isUnlinked()).isTrue();
  }

  @Test
  void callsHandlersOnTheBackgroundThreadAndLetsThemAct() throws Exception {
    var thread = new AtomicReference<@Nullable Thread>();
    var thrown = new AtomicReference<@Nullable Throwable>();
    var answered = new CountDownLatch(10);
    MemorySegment back = arena.allocate(8);
    var answers =
        here.attach(
            PORTAL,
            MatchSpec.exact(BITS + 1),
            Pieces.of(back),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            event -> answered.countDown());
    LnetTransfer answer =
        there.transfer(arena.allocate(8)).to(LnetDestination.of(HERE + "@tcp", PORTAL, BITS + 1));
    var ended = new AtomicInteger();
    answer.whenDone(done -> ended.incrementAndGet());
    var attached =
        there.attach(
            PORTAL,
            MatchSpec.exact(BITS),
            Pieces.of(arena.allocate(64)),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            event -> {
              thread.set(Thread.currentThread());
              if (event.isUnlinked()) {
                return;
              }
              try {
                thrown.set(new AssertionError("waited: " + answer.await(LONG)));
              } catch (IllegalStateException | InterruptedException e) {
                thrown.set(e);
              }
              var _ = answer.put(0, 8);
            });
    try (LnetTransfer transfer = here.transfer(arena.allocate(8)).to(destination)) {
      for (int i = 1; i <= 10; i++) {
        transfer.put(0, 8).join();
        int wanted = i;
        Conditions.await("answer " + i, LONG, () -> ended.get() >= wanted);
      }
    }
    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(String.valueOf(thread.get())).contains("atoll-lnet");
    assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
    answer.close();
    attached.close();
    answers.close();
  }

  @Test
  void survivesAHandlerThatThrows() throws Exception {
    var seen = new AtomicInteger();
    try (AttachedMemory _ =
        there.attach(
            PORTAL,
            MatchSpec.exact(BITS),
            Pieces.of(arena.allocate(64)),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            event -> {
              seen.incrementAndGet();
              throw new IllegalStateException("planned failure of a test");
            })) {
      MemorySegment memory = arena.allocate(8);
      assertThat(here.put(memory, destination) + here.put(memory, destination)).isEqualTo(16);
      Conditions.await("two events", LONG, () -> seen.get() == 2);
    }
  }

  @Test
  void closeEndsEverything() throws Exception {
    LnetTransfer transfer = here.transfer(arena.allocate(8)).to(destination).put(0, 8);
    here.close();
    assertThat(transfer.isDone()).isTrue();
    assertThat(transfer.status()).isNegative();
    transfer.close();
    assertThatThrownBy(() -> here.nids())
        .isInstanceOfSatisfying(
            LnetException.class, e -> assertThat(e.code()).isEqualTo(LnetException.CLOSED));
    assertThatThrownBy(() -> here.put(arena.allocate(8), destination))
        .isInstanceOf(LnetException.class);
    here.close();
  }

  @Test
  void namesTheClashOfTwoNodesOnOneAddress() {
    assertThatThrownBy(() -> LnetNode.start(LnetConfig.plain(HERE)))
        .isInstanceOfSatisfying(
            LnetException.class, e -> assertThat(e.code()).isEqualTo(LnetException.TAKEN));
  }

  @Test
  void wantsToBeToldThatANetworkIsTrusted() {
    for (LnetConfig config : List.of(LnetConfig.plain("10.0.0.1"), LnetConfig.lustre("10.0.0.1"))) {
      assertThatThrownBy(() -> LnetNode.start(config))
          .isInstanceOfSatisfying(
              LnetException.class, e -> assertThat(e.code()).isEqualTo(LnetException.CONFIG))
          .hasMessageContaining("withTrustedNetwork()");
    }
  }

  @Test
  void virtualThreadsTransferToo() throws Exception {
    var attached = attachForAll(arena.allocate(64));
    var failures = new AtomicReference<@Nullable Throwable>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Runnable body =
          () -> {
            MemorySegment memory = arena.allocate(8);
            try (LnetTransfer transfer = here.transfer(memory).to(destination)) {
              for (int put = 0; put < 200; put++) {
                transfer.put(0, 8).join();
              }
            } catch (InterruptedException | RuntimeException | Error e) {
              failures.compareAndSet(null, e);
            }
          };
      threads.add(i % 2 == 0 ? Thread.ofVirtual().start(body) : Thread.ofPlatform().start(body));
    }
    for (Thread each : threads) {
      each.join();
    }
    assertThat(failures).hasValue(null);
    attached.close();
  }

  private AttachedMemory attachForAll(MemorySegment memory) {
    return there.attach(
        PORTAL,
        MatchSpec.exact(BITS),
        Pieces.of(memory),
        MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE));
  }
}
