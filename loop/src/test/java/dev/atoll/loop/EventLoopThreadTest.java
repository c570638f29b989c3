/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The loop with its own thread over real epoll. */
class EventLoopThreadTest {
  private static final long WAIT_SECONDS = 20;

  private final Posix posix = Posix.system();

  @Test
  void runsCommandsOfManyThreadsOnItsOwn() throws Exception {
    try (EventLoop loop = EventLoop.started(LoopOptions.usual("commands", posix))) {
      int each = 20_000;
      CountDownLatch done = new CountDownLatch(3 * each);
      List<Thread> threads = new ArrayList<>();
      int[] count = {0};
      for (int t = 0; t < 3; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    loop.execute(() -> {
                      assertThat(loop.isLoopThread()).isTrue();
                      count[0]++;
                      done.countDown();
                    });
                  }
                }));
      }
      assertThat(done.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(count[0]).isEqualTo(3 * each);
      assertThat(loop.isLoopThread()).isFalse();
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  void wakesForEachCommandAfterSleep() throws Exception {
    try (EventLoop loop = EventLoop.started(LoopOptions.usual("wake", posix))) {
      // One at a time: each finds the loop asleep or about to sleep; a lost wake-up would hang.
      for (int i = 0; i < 5_000; i++) {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        int value = i;
        loop.execute(() -> answer.complete(value));
        assertThat(answer.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(i);
      }
    }
  }

  @Test
  void seesDescriptorBecomeReady() throws Exception {
    CountDownLatch seen = new CountDownLatch(3);
    try (Descriptor counter = posix.eventfd(0);
        EventLoop loop = EventLoop.started(LoopOptions.usual("ready", posix))) {
      CompletableFuture<Registration> registered = new CompletableFuture<>();
      loop.execute(() ->
          registered.complete(
              loop.register(
                  counter,
                  WaitCalls.POLLIN,
                  events -> {
                    assertThat(events & WaitCalls.POLLIN).isNotZero();
                    posix.eventfdTake(counter);
                    seen.countDown();
                  })));
      Registration registration = registered.get(WAIT_SECONDS, TimeUnit.SECONDS);
      while (seen.getCount() > 0) {
        long before = seen.getCount();
        posix.eventfdAdd(counter, 1);
        awaitTrue(() -> seen.getCount() < before);
      }
      CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
      loop.execute(() -> {
        registration.cancel();
        cancelled.complete(true);
      });
      assertThat(cancelled.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void runsTimersAfterTheirDeadlineByTheRealClock() throws Exception {
    try (EventLoop loop = EventLoop.started(LoopOptions.usual("timers", posix))) {
      List<CompletableFuture<Long>> late = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        late.add(answer);
        long delay = i * 1_000_000L;
        loop.execute(() -> {
          long start = loop.nanos();
          loop.schedule(delay, () -> answer.complete(loop.nanos() - start - delay));
        });
      }
      for (CompletableFuture<Long> each : late) {
        assertThat(each.get(WAIT_SECONDS, TimeUnit.SECONDS)).isNotNegative();
      }
    }
  }

  @Test
  void usesNoProcessorTimeWithoutWork() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    LoopOptions usual = LoopOptions.usual("idle", posix);
    IdlePolicy counting =
        work -> {
          turns.incrementAndGet();
          return IdlePolicy.sleeping().idle(work);
        };
    LoopOptions options =
        new LoopOptions(
            "idle", usual.poller(), Clock.system(), counting, FailureHandler.stopping());
    try (EventLoop loop = EventLoop.started(options)) {
      CompletableFuture<Boolean> running = new CompletableFuture<>();
      loop.execute(() -> running.complete(true));
      assertThat(running.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      // A second loop measures half a second without this test thread sleeping.
      try (EventLoop measure = EventLoop.started(LoopOptions.usual("measure", posix))) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        int before = turns.get();
        measure.execute(() -> measure.schedule(500_000_000, () -> over.complete(true)));
        assertThat(over.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(turns.get() - before).isLessThanOrEqualTo(3);
      }
    }
  }

  @Test
  void endsLoudlyWhenCallbackThrows() throws Exception {
    EventLoop loop = EventLoop.started(LoopOptions.usual("failing", posix));
    loop.execute(() -> {
      throw new IllegalStateException("planned failure of a test");
    });
    awaitTrue(() -> loop.failure() != null);
    assertThat(loop.failure()).hasMessage("planned failure of a test");
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void canBeClosedByItsOwnCallback() throws Exception {
    EventLoop loop = EventLoop.started(LoopOptions.usual("self", posix));
    loop.execute(loop::close);
    loop.close();
    assertThat(loop.isOpen()).isFalse();
    assertThat(loop).hasToString("loop self CLOSED");
  }

  @Test
  void leavesNoThreadOrDescriptorBehind() {
    int before = descriptors();
    for (int i = 0; i < 200; i++) {
      EventLoop loop = EventLoop.started(LoopOptions.usual("cycle", posix));
      loop.execute(() -> {});
      loop.close();
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("cycle"));
  }

  @Test
  void staysSafeWhenCommandsRaceWithClose() throws Exception {
    for (int round = 0; round < 100; round++) {
      EventLoop loop = EventLoop.started(LoopOptions.usual("race", posix));
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger ran = new AtomicInteger();
      CountDownLatch started = new CountDownLatch(1);
      Thread sender =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 1_000_000; i++) {
                    loop.execute(ran::incrementAndGet);
                    accepted.incrementAndGet();
                    started.countDown();
                    while (accepted.get() - ran.get() > 1_000 && loop.isOpen()) {
                      Thread.onSpinWait();
                    }
                  }
                } catch (RejectedExecutionException e) {
                  started.countDown();
                }
              });
      started.await();
      loop.close();
      sender.join();
      assertThat(ran.get()).as("what was accepted has run").isEqualTo(accepted.get());
    }
  }

  @Test
  void namesCallbackThatKeepsItFromClosing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Thread stuck = Thread.ofPlatform().daemon().start(() -> awaitLatch(release));
    assertThatThrownBy(() -> ThreadEnds.await(List.of(stuck), Duration.ofMillis(20)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("awaitLatch");
    release.countDown();
    ThreadEnds.await(List.of(stuck), Duration.ofSeconds(10));
    assertThat(stuck.isAlive()).isFalse();
  }

  static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void awaitTrue(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).isLessThan(WAIT_SECONDS * 1_000_000_000L);
      Thread.onSpinWait();
    }
  }

  private static int descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? -1 : names.length;
  }
}
