/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The loop and all who wait for it, in orders that a seed chooses step by step. Without ticks the
 * background thread never looks by itself, so that a driver or a wake-up that is lost stays lost
 * and is found.
 */
class LoopInterleavingTest {
  private static final long SEEDS = Long.getLong("atoll.seeds", 300);
  private static final long FIRST_SEED = Long.getLong("atoll.seed", System.nanoTime() >>> 8);
  private static final long MISTAKEN_SEEDS = 1_000;
  private static final int WAITS = 3;
  private static final int THINK_NANOS = 10_000_000;

  /** What a mistaken word does. */
  enum Mistake {
    NONE,
    FORGOTTEN_EVICTION,
    TWO_HOLDERS,
    UNLISTED,
    FORGOTTEN_SUMMONS
  }

  /** The words, with a step of the interleaver before each access. */
  private static final class SteppedWords extends HoldWords {
    private final Interleaver interleaver;
    private final Mistake mistake;

    SteppedWords(Interleaver interleaver, Mistake mistake) {
      this.interleaver = interleaver;
      this.mistake = mistake;
    }

    @Override
    @Nullable Thread holder() {
      interleaver.step();
      return super.holder();
    }

    @Override
    boolean holderCas(Thread next) {
      interleaver.step();
      if (mistake == Mistake.TWO_HOLDERS && super.holder() == null) {
        interleaver.step();
        super.clearHolder();
      }
      return super.holderCas(next);
    }

    @Override
    void clearHolder() {
      interleaver.step();
      super.clearHolder();
    }

    @Override
    LoopWaiter[] waiters() {
      interleaver.step();
      return super.waiters();
    }

    @Override
    boolean waitersCas(LoopWaiter[] expected, LoopWaiter[] next) {
      interleaver.step();
      return mistake == Mistake.UNLISTED || super.waitersCas(expected, next);
    }

    @Override
    int borrowers() {
      interleaver.step();
      return super.borrowers();
    }

    @Override
    void addBorrowers(int change) {
      interleaver.step();
      super.addBorrowers(change);
    }

    @Override
    void setSummoned() {
      interleaver.step();
      if (mistake != Mistake.FORGOTTEN_SUMMONS) {
        super.setSummoned();
      }
    }

    @Override
    boolean takeSummoned() {
      interleaver.step();
      return super.takeSummoned();
    }

    @Override
    void setSleeping(boolean value) {
      interleaver.step();
      super.setSleeping(value);
      interleaver.step();
    }

    @Override
    boolean takeSleeping() {
      interleaver.step();
      return mistake != Mistake.FORGOTTEN_EVICTION && super.takeSleeping();
    }

    @Override
    void park(Object blocker, long nanos) {
      interleaver.park(nanos);
    }

    @Override
    void unpark(@Nullable Thread thread) {
      if (thread != null) {
        interleaver.unpark(thread);
      }
    }

    @Override
    long nanos() {
      return interleaver.nanos();
    }
  }

  /** A network: what arrives wakes whoever sleeps here, and nobody else. */
  private static final class SteppedPoller implements Poller {
    private final Interleaver interleaver;
    private final ConcurrentLinkedQueue<Runnable> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inside = new AtomicInteger();
    private @Nullable Thread sleeper;
    private boolean isWoken;

    SteppedPoller(Interleaver interleaver) {
      this.interleaver = interleaver;
    }

    void arrive(Runnable arrival) {
      interleaver.step();
      arrivals.add(arrival);
      wakeSleeper();
    }

    @Override
    public int poll(long timeoutNanos, Ready ready) {
      assertThat(inside.incrementAndGet()).as("drivers").isEqualTo(1);
      interleaver.step();
      if (timeoutNanos != 0 && arrivals.isEmpty() && !isWoken) {
        sleeper = Thread.currentThread();
        interleaver.sleep(timeoutNanos < 0 ? Long.MAX_VALUE : timeoutNanos);
        sleeper = null;
      }
      isWoken = false;
      Runnable next = arrivals.poll();
      if (next != null) {
        next.run();
      }
      interleaver.step();
      inside.decrementAndGet();
      return next == null ? 0 : 1;
    }

    @Override
    public void wake() {
      interleaver.step();
      isWoken = true;
      wakeSleeper();
    }

    private void wakeSleeper() {
      Thread asleep = sleeper;
      if (asleep != null) {
        interleaver.wakeSleeper(asleep);
      }
    }

    @Override
    public void add(Descriptor descriptor, int interest, long key) {}

    @Override
    public void modify(Descriptor descriptor, int interest, long key) {}

    @Override
    public void remove(Descriptor descriptor) {}

    @Override
    public void close() {}
  }

  /** One run: threads that wait for what the network or a command brings. */
  private static final class Scene {
    final Random random;
    final Interleaver interleaver;
    final SteppedPoller poller;
    final EventLoop loop;
    final List<Thread> waiters = new ArrayList<>();
    final ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();
    final AtomicInteger left = new AtomicInteger();
    final AtomicInteger callbacks = new AtomicInteger();
    final boolean hasTicks;

    Scene(long seed, boolean hasTicks, Mistake mistake) {
      this.random = new Random(seed);
      this.hasTicks = hasTicks;
      this.interleaver = new Interleaver(seed, hasTicks);
      this.poller = new SteppedPoller(interleaver);
      this.loop =
          new EventLoop(
              new LoopOptions(
                  "interleaved",
                  poller,
                  interleaver::nanos,
                  IdlePolicy.looking(random.nextInt(3), 1, 2),
                  IdlePolicy.looking(random.nextInt(3), 1, 2),
                  FailureHandler.stopping()),
              new SteppedWords(interleaver, mistake));
    }

    void play() throws InterruptedException {
      Thread background = interleaver.actor("background", false, loop::drive);
      loop.begin(background);
      int count = 1 + random.nextInt(4);
      left.set(count);
      for (int i = 0; i < count; i++) {
        boolean isVirtual = random.nextInt(4) == 0;
        long seed = random.nextLong();
        waiters.add(interleaver.actor("waiter" + i, isVirtual, () -> waitOften(new Random(seed))));
      }
      if (random.nextBoolean()) {
        Thread victim = waiters.get(random.nextInt(count));
        var _ = interleaver.actor("nuisance", false, () -> interleaver.interrupt(victim));
      }
      var _ = interleaver.actor("outside", false, this::bringLate);
      interleaver.run();
      assertThat(loop.failure()).isNull();
    }

    private void bringLate() {
      while (left.get() > 0 || !later.isEmpty()) {
        interleaver.sleep(THINK_NANOS);
        Runnable next = later.poll();
        if (next != null) {
          next.run();
        }
      }
      // By command, since an actor can not wait for another's end.
      loop.execute(loop::close);
    }

    private void waitOften(Random choices) {
      for (int i = 0; i < WAITS; i++) {
        waitOnce(choices);
      }
      left.decrementAndGet();
    }

    private void waitOnce(Random choices) {
      var isDone = new AtomicBoolean();
      var _ = Thread.interrupted();
      Runnable cause =
          () -> {
            assertThat(loop.isLoopThread()).isTrue();
            isDone.set(true);
            loop.callBack(callbacks::incrementAndGet);
          };
      if (choices.nextBoolean()) {
        // Long enough that all others fall asleep.
        interleaver.sleep(THINK_NANOS + choices.nextInt(THINK_NANOS));
      }
      switch (choices.nextInt(6)) {
        case 0 -> loop.execute(cause);
        case 1 -> loop.perform(cause);
        case 2 -> poller.arrive(cause);
        case 3 -> loop.perform(() -> poller.arrive(cause));
        case 4 -> later.add(() -> loop.execute(cause));
        default -> later.add(() -> poller.arrive(cause));
      }
      // A wait that is cut leaves what arrived to whoever comes next, or to the tick.
      boolean isCut = hasTicks && choices.nextInt(3) == 0;
      long timeoutNanos = isCut ? choices.nextInt(2 * THINK_NANOS) : -1;
      WaitOutcome outcome = loop.await(isDone::get, timeoutNanos);
      if (outcome == WaitOutcome.DONE) {
        assertThat(isDone).isTrue();
      } else if (outcome == WaitOutcome.TIMED_OUT) {
        assertThat(isCut).isTrue();
      } else {
        assertThat(outcome).isEqualTo(WaitOutcome.INTERRUPTED);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      }
    }
  }

  @Test
  void losesNoDriverAndNoWakeUpWithoutTicks() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      play(seed, false, Mistake.NONE);
    }
  }

  @Test
  void endsEveryWaitWithTicks() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      play(seed, true, Mistake.NONE);
    }
  }

  @Test
  void runsTheSameForTheSameSeed() throws Exception {
    assertThat(play(1, true, Mistake.NONE).interleaver.nanos())
        .isEqualTo(play(1, true, Mistake.NONE).interleaver.nanos());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void findsPlantedMistake(Mistake mistake) {
    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed < MISTAKEN_SEEDS; seed++) {
                play(seed, false, mistake);
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  private static Scene play(long seed, boolean hasTicks, Mistake mistake) throws Exception {
    var scene = new Scene(seed, hasTicks, mistake);
    try {
      scene.play();
      return scene;
    } catch (AssertionError broken) {
      throw new AssertionError("seed=" + seed + " hasTicks=" + hasTicks, broken);
    }
  }
}
