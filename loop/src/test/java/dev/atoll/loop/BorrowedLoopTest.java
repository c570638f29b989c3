/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that wait drive the loop, with real threads and the real kernel. */
class BorrowedLoopTest {
  private static final long SECOND = 1_000_000_000;
  private static final long WAIT_SECONDS = 20;

  private final Posix posix = Posix.system();
  private final AtomicInteger backgroundTurns = new AtomicInteger();
  private final EventLoop loop = started();

  private EventLoop started() {
    LoopOptions usual = LoopOptions.usual("borrowed", posix);
    IdlePolicy counting =
        work -> {
          backgroundTurns.incrementAndGet();
          return IdlePolicy.sleeping().idle(work);
        };
    return EventLoop.started(
        new LoopOptions(
            "borrowed", usual.poller(), Clock.system(), counting, FailureHandler.stopping()));
  }

  @AfterEach
  void close() {
    loop.close();
    assertThat(loop.failure()).isNull();
  }

  @Test
  void threadThatWaitsRunsTheCallbacksItself() {
    var ranOn = new AtomicReference<@Nullable Thread>();
    // The background thread may take over for a while if this thread is held up.
    for (int i = 0; i < 1_000 && !Thread.currentThread().equals(ranOn.get()); i++) {
      ranOn.set(null);
      borrow(() -> loop.schedule(5_000_000, () -> ranOn.set(Thread.currentThread())));
      assertThat(loop.await(() -> ranOn.get() != null, -1)).isEqualTo(WaitOutcome.DONE);
    }
    assertThat(ranOn).hasValue(Thread.currentThread());
  }

  @Test
  void doesAtOnceWhatNobodyElseDrives() {
    var ranOn = new AtomicReference<@Nullable Thread>();
    borrow(() -> {});
    // The background thread may have come back already if this thread was held up.
    for (int i = 0; i < 1_000 && !Thread.currentThread().equals(ranOn.get()); i++) {
      assertThat(loop.await(BorrowedLoopTest::never, 1_000_000)).isEqualTo(WaitOutcome.TIMED_OUT);
      loop.perform(() -> ranOn.set(Thread.currentThread()));
    }
    assertThat(ranOn).hasValue(Thread.currentThread());
  }

  @Test
  void backgroundThreadTakesOverWhatNobodyDrives() throws Exception {
    try (Descriptor counter = posix.eventfd(0)) {
      var ranOn = new CompletableFuture<Thread>();
      borrow(() ->
          loop.register(
              counter,
              WaitCalls.POLLIN,
              events -> {
                posix.eventfdTake(counter);
                ranOn.complete(Thread.currentThread());
              }));
      posix.eventfdAdd(counter, 1);
      assertThat(ranOn.get(WAIT_SECONDS, TimeUnit.SECONDS).getName()).isEqualTo("borrowed");
    }
  }

  @Test
  void runsCommandsThoughNobodyDrives() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      assertThat(loop.await(BorrowedLoopTest::never, i * 100L)).isEqualTo(WaitOutcome.TIMED_OUT);
      var ran = new CompletableFuture<Boolean>();
      loop.execute(() -> ran.complete(true));
      assertThat(ran.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void backgroundThreadSleepsWithoutTicksOnceNobodyBorrows() throws Exception {
    borrow(() -> {});
    var over = new CompletableFuture<Boolean>();
    loop.execute(() -> {});
    try (EventLoop measure = EventLoop.started(LoopOptions.usual("measure", posix))) {
      var begun = new CompletableFuture<Integer>();
      measure.execute(() ->
          measure.schedule(
              50_000_000,
              () -> {
                begun.complete(backgroundTurns.get());
                measure.schedule(300_000_000, () -> over.complete(true));
              }));
      int before = begun.get(WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(over.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(backgroundTurns.get() - before).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void backgroundThreadIsNotWokenByWhatBorrowersHandle() {
    try (Descriptor counter = posix.eventfd(0)) {
      var seen = new AtomicInteger();
      borrow(() ->
          loop.register(
              counter,
              WaitCalls.POLLIN,
              events -> {
                posix.eventfdTake(counter);
                seen.incrementAndGet();
              }));
      int least = Integer.MAX_VALUE;
      // It takes over where this thread is held up, on a busy machine often, but not for each
      // event.
      for (int round = 0; round < 50 && least >= 500; round++) {
        int before = backgroundTurns.get();
        for (int i = 0; i < 1_000; i++) {
          int wanted = seen.get() + 1;
          posix.eventfdAdd(counter, 1);
          assertThat(loop.await(() -> seen.get() >= wanted, -1)).isEqualTo(WaitOutcome.DONE);
        }
        least = Math.min(least, backgroundTurns.get() - before);
      }
      assertThat(least).isLessThan(500);
    }
  }

  @Test
  void keepsDeadlineWhateverWorkComesForOthers() {
    var flood = new AtomicBoolean(true);
    Runnable[] again = new Runnable[1];
    again[0] =
        () -> {
          if (flood.get()) {
            loop.execute(again[0]);
          }
        };
    for (int i = 0; i < 1_000; i++) {
      loop.execute(again[0]);
    }
    assertThat(loop.await(BorrowedLoopTest::never, 5_000_000)).isEqualTo(WaitOutcome.TIMED_OUT);
    flood.set(false);
    // Behind all that the flood has left, which close would not take.
    assertThat(loop.call(() -> 1)).isEqualTo(1);
  }

  @Test
  void interruptEndsWaitWhereverItStands() throws Exception {
    for (int i = 0; i < 200; i++) {
      var outcome = new CompletableFuture<WaitOutcome>();
      Thread first = waiter(outcome);
      var second = new CompletableFuture<WaitOutcome>();
      Thread other = waiter(second);
      if (i % 2 == 0) {
        // Late enough that one sleeps in the poller and the other is parked.
        assertThat(loop.await(BorrowedLoopTest::never, 1_000_000)).isEqualTo(WaitOutcome.TIMED_OUT);
      }
      first.interrupt();
      assertThat(outcome.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(WaitOutcome.INTERRUPTED);
      other.interrupt();
      assertThat(second.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(WaitOutcome.INTERRUPTED);
    }
  }

  @Test
  void refusesWaitInsideACallback() throws Exception {
    var onLoop = new CompletableFuture<Throwable>();
    loop.execute(() -> onLoop.complete(thrownByWait()));
    assertThat(onLoop.get(WAIT_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a callback of loop borrowed can not wait for the loop");
    var inCallback = new CompletableFuture<Throwable>();
    loop.callBack(() -> inCallback.complete(thrownByWait()));
    assertThat(inCallback.get(WAIT_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(IllegalStateException.class);
    var onBorrower = new AtomicReference<@Nullable Throwable>();
    borrow(() -> loop.schedule(1_000_000, () -> onBorrower.set(thrownByWait())));
    assertThat(loop.await(() -> onBorrower.get() != null, -1)).isEqualTo(WaitOutcome.DONE);
    assertThat(onBorrower.get()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void runsCallbacksOnTheBackgroundThreadAlone() {
    var threads = new AtomicReference<@Nullable Thread>();
    borrow(() -> {});
    for (int i = 0; i < 1_000; i++) {
      threads.set(null);
      loop.perform(() ->
          loop.callBack(() -> {
            assertThat(loop.isLoopThread()).isFalse();
            threads.set(Thread.currentThread());
            loop.wakeWaiters();
          }));
      assertThat(loop.await(() -> threads.get() != null, -1)).isEqualTo(WaitOutcome.DONE);
      assertThat(String.valueOf(threads.get())).contains("borrowed");
    }
  }

  @Test
  void callbackEndsTheWaitOfABorrowerThatSleeps() {
    var poller = new WatchedPoller(new EpollPoller(posix));
    LoopOptions usual = LoopOptions.usual("watched", posix);
    usual.poller().close();
    var options =
        new LoopOptions(
            "watched", poller, Clock.system(), IdlePolicy.sleeping(), FailureHandler.stopping());
    try (EventLoop watched = EventLoop.started(options)) {
      var isSet = new AtomicBoolean();
      for (int i = 0; i < 20; i++) {
        isSet.set(false);
        watched.perform(() ->
            watched.callBack(() -> {
              // The borrower must be asleep, or about to, when its condition comes true.
              while (!poller.isAsleep && watched.isOpen()) {
                Thread.onSpinWait();
              }
              isSet.set(true);
              watched.wakeWaiters();
            }));
        assertThat(watched.await(isSet::get, WAIT_SECONDS * SECOND)).isEqualTo(WaitOutcome.DONE);
      }
    }
  }

  @Test
  void conditionThatComesTrueOnTheWayToSleepEndsTheWait() {
    var isSet = new AtomicBoolean();
    var looks = new AtomicInteger();
    borrow(() -> {});
    // True from the third look on, which no thread announces: the driver looks before it sleeps.
    BooleanSupplier third =
        () -> {
          boolean is = looks.incrementAndGet() > 2;
          isSet.set(is);
          return is;
        };
    assertThat(loop.await(third, WAIT_SECONDS * SECOND)).isEqualTo(WaitOutcome.DONE);
    assertThat(isSet).isTrue();
  }

  @Test
  void callsFromAnywhereEnd() throws Exception {
    assertThat(loop.call(() -> loop.isLoopThread())).isTrue();
    assertThat(loop.call(() -> loop.call(() -> 7))).isEqualTo(7);
    var inCallback = new CompletableFuture<Boolean>();
    loop.callBack(() -> inCallback.complete(loop.call(() -> loop.isLoopThread())));
    assertThat(inCallback.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    Thread.currentThread().interrupt();
    assertThat(loop.call(() -> 8)).isEqualTo(8);
    assertThat(Thread.interrupted()).as("kept for later").isTrue();
    assertThatThrownBy(() ->
            loop.call(() -> {
              throw new IllegalStateException("planned");
            }))
        .hasMessage("planned");
    loop.close();
    assertThatThrownBy(() -> loop.call(() -> 9)).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void virtualThreadsLeaveTheLoopToOthers() throws Exception {
    for (int i = 0; i < 200; i++) {
      var ranOn = new AtomicReference<@Nullable Thread>();
      var outcome = new CompletableFuture<WaitOutcome>();
      if (i % 2 == 0) {
        borrow(() -> {});
      }
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                loop.perform(() -> loop.schedule(100_000, () -> ranOn.set(Thread.currentThread())));
                outcome.complete(loop.await(() -> ranOn.get() != null, -1));
              });
      assertThat(outcome.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(WaitOutcome.DONE);
      assertThat(ranOn.get()).isNotEqualTo(waiter);
    }
  }

  @Test
  void closeEndsAllWaits() throws Exception {
    var outcomes = new ArrayList<CompletableFuture<WaitOutcome>>();
    for (int i = 0; i < 8; i++) {
      var outcome = new CompletableFuture<WaitOutcome>();
      outcomes.add(outcome);
      var _ = waiter(outcome);
    }
    loop.close();
    for (CompletableFuture<WaitOutcome> each : outcomes) {
      assertThat(each.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(WaitOutcome.ENDED);
    }
    assertThat(loop.await(BorrowedLoopTest::never, -1)).isEqualTo(WaitOutcome.ENDED);
    assertThat(loop.await(() -> true, -1)).isEqualTo(WaitOutcome.DONE);
  }

  @Test
  void loopWithoutThreadIsDrivenByWhoeverWaits() {
    try (EventLoop bare = new EventLoop(LoopOptions.usual("bare", posix))) {
      var isDone = new AtomicBoolean();
      bare.perform(() -> bare.schedule(1_000_000, () -> isDone.set(true)));
      assertThat(bare.await(isDone::get, 10 * SECOND)).isEqualTo(WaitOutcome.DONE);
      var called = new AtomicBoolean();
      bare.callBack(() -> called.set(true));
      assertThat(bare.await(called::get, 10 * SECOND)).isEqualTo(WaitOutcome.DONE);
    }
  }

  @Test
  void endsEveryWaitOfACrowd() throws Exception {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("seed=" + seed);
    int crowd = 12;
    var ends = new CountDownLatch(crowd);
    var failures = new AtomicReference<@Nullable Throwable>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < crowd; i++) {
      Random random = new Random(seed + i);
      Runnable body =
          () -> {
            try {
              for (int wait = 0; wait < 300; wait++) {
                waitOnce(random);
              }
            } catch (Throwable thrown) {
              failures.compareAndSet(null, thrown);
            } finally {
              ends.countDown();
            }
          };
      threads.add(i % 4 == 3 ? Thread.ofVirtual().start(body) : Thread.ofPlatform().start(body));
    }
    Random random = new Random(seed - 1);
    while (!ends.await(200, TimeUnit.MICROSECONDS)) {
      threads.get(random.nextInt(crowd)).interrupt();
    }
    assertThat(failures).hasValue(null);
    assertThat(loop.await(BorrowedLoopTest::never, 0)).isEqualTo(WaitOutcome.TIMED_OUT);
  }

  private void waitOnce(Random random) {
    var isDone = new AtomicBoolean();
    int delay = random.nextInt(300_000);
    boolean isCut = random.nextInt(3) == 0;
    loop.perform(() -> loop.schedule(delay, () -> isDone.set(true)));
    WaitOutcome outcome;
    do {
      boolean _ = Thread.interrupted();
      outcome = loop.await(isDone::get, isCut ? random.nextInt(300_000) : -1);
    } while (outcome == WaitOutcome.INTERRUPTED);
    assertThat(outcome).isEqualTo(isDone.get() && !isCut ? WaitOutcome.DONE : outcome);
    assertThat(outcome).isIn(WaitOutcome.DONE, isCut ? WaitOutcome.TIMED_OUT : WaitOutcome.DONE);
  }

  private static boolean never() {
    return false;
  }

  private Throwable thrownByWait() {
    try {
      return new AssertionError("waited: " + loop.await(BorrowedLoopTest::never, 0));
    } catch (IllegalStateException e) {
      return e;
    }
  }

  private Thread waiter(CompletableFuture<WaitOutcome> outcome) {
    return Thread.ofPlatform()
        .start(() -> outcome.complete(loop.await(BorrowedLoopTest::never, -1)));
  }

  /** Runs a task with this thread as the driver. */
  private void borrow(Runnable task) {
    var isDone = new AtomicBoolean();
    loop.execute(() -> {
      task.run();
      isDone.set(true);
    });
    assertThat(loop.await(isDone::get, -1)).isEqualTo(WaitOutcome.DONE);
    assertThatThrownBy(() -> loop.turn(0)).isInstanceOf(IllegalStateException.class);
  }

  /** Tells whether somebody sleeps in it. */
  private static final class WatchedPoller implements Poller {
    private final Poller poller;
    private volatile boolean isAsleep;

    WatchedPoller(Poller poller) {
      this.poller = poller;
    }

    @Override
    public void add(Descriptor descriptor, int events, long key) {
      poller.add(descriptor, events, key);
    }

    @Override
    public void modify(Descriptor descriptor, int events, long key) {
      poller.modify(descriptor, events, key);
    }

    @Override
    public void remove(Descriptor descriptor) {
      poller.remove(descriptor);
    }

    @Override
    public int poll(long timeoutNanos, Ready ready) {
      isAsleep = timeoutNanos != 0;
      try {
        return poller.poll(timeoutNanos, ready);
      } finally {
        isAsleep = false;
      }
    }

    @Override
    public void wake() {
      poller.wake();
    }

    @Override
    public void close() {
      poller.close();
    }
  }
}
