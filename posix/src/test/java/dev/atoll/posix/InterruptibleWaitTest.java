/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.posix.InterruptibleWait.Outcome;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class InterruptibleWaitTest {
  private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle REST = MethodHandles.arrayElementVarHandle(int[].class);
  private static final Posix SYSTEM = Posix.system();

  /** How many rounds a waiter has done. */
  private final int[] rest = new int[1];

  /** Every way to wait. */
  enum Way {
    WORD_PLATFORM(false, null, false),
    WORD_VIRTUAL(true, null, false),
    WORD_OLD_KERNEL_PLATFORM(false, Errno.ENOSYS, false),
    WORD_FILTERED_PLATFORM(false, Errno.EPERM, false),
    WORD_OLD_KERNEL_VIRTUAL(true, Errno.ENOSYS, false),
    EVENTS_PLATFORM(false, null, true),
    EVENTS_VIRTUAL(true, null, true);

    final boolean isVirtual;
    final @Nullable Errno refusal;
    final boolean isEvents;

    Way(boolean isVirtual, @Nullable Errno refusal, boolean isEvents) {
      this.isVirtual = isVirtual;
      this.refusal = refusal;
      this.isEvents = isEvents;
    }
  }

  /** One waiter, what it waits for, and how that happens. */
  private static final class Scene implements AutoCloseable {
    final Way way;
    final InterruptibleWait waiter;
    final MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    final Descriptor event = SYSTEM.eventfd(0);
    final PollSet set = new PollSet(1);

    Scene(Way way) {
      this.way = way;
      Posix posix =
          way.refusal != null
              ? FaultyPosix.wrap(SYSTEM, FaultPlan.always("futexWaitEither", way.refusal))
              : SYSTEM;
      waiter = new InterruptibleWait(posix);
      set.add(event, WaitCalls.POLLIN);
    }

    Outcome await(Deadline deadline) {
      return way.isEvents
          ? waiter.awaitEvents(set, deadline)
          : waiter.awaitChange(word, 0, deadline);
    }

    void happen() {
      if (way.isEvents) {
        assertThat(SYSTEM.eventfdAdd(event, 1)).isTrue();
      } else {
        WORD.setRelease(word, 0L, 1);
        SYSTEM.futexWake(word, 1);
      }
    }

    void reset() {
      if (way.isEvents) {
        assertThat(SYSTEM.eventfdTake(event)).isPositive();
      } else {
        WORD.setRelease(word, 0L, 0);
      }
    }

    Waiting start(Deadline deadline) {
      return Waiting.start(way.isVirtual, ignored -> await(deadline));
    }

    void awaitWaiting() {
      InterruptibleWaitTest.awaitWaiting(waiter);
    }

    @Override
    public void close() {
      waiter.close();
      event.close();
    }
  }

  private record Result(Outcome outcome, boolean isInterrupted) {}

  private record Waiting(Thread thread, CompletableFuture<Result> result) {
    static Waiting start(boolean isVirtual, Function<Void, Outcome> work) {
      var result = new CompletableFuture<Result>();
      Runnable run =
          () -> {
            try {
              Outcome outcome = work.apply(null);
              result.complete(new Result(outcome, Thread.currentThread().isInterrupted()));
            } catch (Throwable t) {
              result.completeExceptionally(t);
            }
          };
      Thread thread =
          isVirtual ? Thread.ofVirtual().start(run) : Thread.ofPlatform().daemon().start(run);
      return new Waiting(thread, result);
    }

    Result get() throws Exception {
      return result.get(30, TimeUnit.SECONDS);
    }
  }

  private static Deadline never() {
    return Deadline.never(Clock.system());
  }

  private static Deadline millis(long millis) {
    return Deadline.after(Clock.system(), Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @EnumSource
  void endsWhenItHappens(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      Waiting waiting = scene.start(never());
      scene.awaitWaiting();
      scene.happen();
      assertThat(waiting.get()).isEqualTo(new Result(Outcome.READY, false));
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAtOnceWhenItHasHappened(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      scene.happen();
      assertThat(scene.start(never()).get().outcome()).isEqualTo(Outcome.READY);
      assertThat(scene.start(millis(0)).get().outcome()).isEqualTo(Outcome.READY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void timesOut(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      Deadline deadline = millis(30);
      assertThat(scene.start(deadline).get().outcome()).isEqualTo(Outcome.TIMED_OUT);
      assertThat(deadline.isReached()).isTrue();
      assertThat(scene.start(millis(0)).get().outcome()).isEqualTo(Outcome.TIMED_OUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptBeforeTheWaitEndsItAndStaysSet(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      Waiting waiting =
          Waiting.start(
              way.isVirtual,
              ignored -> {
                Thread.currentThread().interrupt();
                return scene.await(never());
              });
      assertThat(waiting.get()).isEqualTo(new Result(Outcome.INTERRUPTED, true));
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptDuringTheWaitEndsItAndStaysSet(Way way) throws Exception {
    int rounds = way.refusal != null ? 30 : 300;
    for (int round = 0; round < rounds; round++) {
      try (Scene scene = new Scene(way)) {
        Waiting waiting = scene.start(never());
        scene.awaitWaiting();
        // From at once to well inside the call.
        spin(round * 200);
        waiting.thread().interrupt();
        assertThat(waiting.get()).isEqualTo(new Result(Outcome.INTERRUPTED, true));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyInterruptsInARaceEndOneWaitAndNoLaterOne(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      Waiting waiting =
          Waiting.start(
              way.isVirtual,
              ignored -> {
                for (int i = 0; i < 50; i++) {
                  assertThat(scene.await(never())).isEqualTo(Outcome.INTERRUPTED);
                  assertThat(Thread.interrupted()).isTrue();
                }
                return Outcome.INTERRUPTED;
              });
      List<Thread> interrupters = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        interrupters.add(
            Thread.ofPlatform()
                .daemon()
                .start(() -> {
                  while (!waiting.result().isDone()) {
                    waiting.thread().interrupt();
                    spin(500);
                  }
                }));
      }
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.INTERRUPTED);
      for (Thread interrupter : interrupters) {
        interrupter.join();
      }
      scene.happen();
      assertThat(scene.start(never()).get().outcome()).isEqualTo(Outcome.READY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wakeEndsTheWaitUnderWay(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      Waiting waiting = scene.start(never());
      scene.awaitWaiting();
      spin(20_000);
      scene.waiter.wake();
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.WOKEN);
      assertThat(scene.start(millis(1)).get().outcome()).isEqualTo(Outcome.TIMED_OUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wakeIsRememberedForTheNextWait(Way way) throws Exception {
    try (Scene scene = new Scene(way)) {
      scene.waiter.wake();
      scene.waiter.wake();
      assertThat(scene.start(never()).get().outcome()).isEqualTo(Outcome.WOKEN);
      assertThat(scene.start(millis(1)).get().outcome()).isEqualTo(Outcome.TIMED_OUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeEndsTheWaitAndRefusesLaterOnes(Way way) throws Exception {
    int rounds = way.refusal != null ? 20 : 100;
    for (int round = 0; round < rounds; round++) {
      Scene scene = new Scene(way);
      Waiting waiting = scene.start(never());
      scene.awaitWaiting();
      spin(round * 300);
      scene.waiter.close();
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.WOKEN);
      assertThatThrownBy(() -> scene.await(never()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      scene.close();
    }
  }

  @Test
  void refusesASecondWaiter() throws Exception {
    try (Scene scene = new Scene(Way.WORD_PLATFORM)) {
      Waiting waiting = scene.start(never());
      scene.awaitWaiting();
      assertThatThrownBy(() -> scene.await(never()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another thread");
      scene.happen();
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.READY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesNoEventAndNoWakeInALongRace(Way way) throws Exception {
    int rounds = way.refusal != null ? 200 : 5_000;
    try (Scene scene = new Scene(way)) {
      Waiting waiting =
          Waiting.start(
              way.isVirtual,
              ignored -> {
                for (int i = 0; i < rounds; i++) {
                  Outcome outcome = scene.await(never());
                  assertThat(outcome).isEqualTo(i % 2 == 0 ? Outcome.READY : Outcome.WOKEN);
                  if (outcome == Outcome.READY) {
                    scene.reset();
                  }
                  REST.setRelease(rest, 0, i + 1);
                }
                return Outcome.READY;
              });
      for (int i = 0; i < rounds; i++) {
        if (i % 2 == 0) {
          scene.happen();
        } else {
          scene.waiter.wake();
        }
        long start = System.nanoTime();
        while ((int) REST.getAcquire(rest, 0) <= i && !waiting.result().isDone()) {
          assertThat(System.nanoTime() - start).as("round %d", i).isLessThan(30_000_000_000L);
          Thread.onSpinWait();
        }
      }
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.READY);
    }
  }

  @Test
  void moreVirtualThreadsThanPlatformWaitersAreAllServedAndHoldNoCarrier() throws Exception {
    List<Scene> scenes = new ArrayList<>();
    List<Waiting> waits = new ArrayList<>();
    for (int i = 0; i < 3 * PlatformWaiters.THREADS_MAX; i++) {
      Scene scene = new Scene(Way.WORD_VIRTUAL);
      scenes.add(scene);
      waits.add(scene.start(never()));
    }
    scenes.forEach(Scene::awaitWaiting);
    // An unrelated virtual thread still runs.
    Waiting unrelated = Waiting.start(true, ignored -> Outcome.READY);
    assertThat(unrelated.get().outcome()).isEqualTo(Outcome.READY);
    for (int i = 0; i < scenes.size(); i++) {
      switch (i % 3) {
        case 0 -> scenes.get(i).happen();
        case 1 -> scenes.get(i).waiter.wake();
        default -> waits.get(i).thread().interrupt();
      }
    }
    Outcome[] expected = {Outcome.READY, Outcome.WOKEN, Outcome.INTERRUPTED};
    for (int i = 0; i < scenes.size(); i++) {
      assertThat(waits.get(i).get()).isEqualTo(new Result(expected[i % 3], i % 3 == 2));
      scenes.get(i).close();
    }
  }

  @Test
  void arenaOfTheWordCanBeClosedDuringTheWait() throws Exception {
    try (InterruptibleWait waiter = new InterruptibleWait(SYSTEM)) {
      Arena arena = Arena.ofShared();
      MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
      Waiting waiting = Waiting.start(false, ignored -> waiter.awaitChange(word, 0, never()));
      awaitWaiting(waiter);
      waiter.wake();
      arena.close();
      assertThat(waiting.get().outcome()).isIn(Outcome.WOKEN, Outcome.READY);
    }
  }

  @Test
  void waitsOnAReadOnlyMappingOfTheMemory() throws Exception {
    try (TestMemory memory = TestMemory.of(SYSTEM, 1);
        InterruptibleWait waiter = new InterruptibleWait(SYSTEM)) {
      long page = SYSTEM.pageSize();
      long readOnly =
          SYSTEM.mmap(0, page, MemoryCalls.PROT_READ, MemoryCalls.MAP_SHARED, memory.file(), 0);
      MemorySegment word = NativeMemory.view(readOnly, page).asSlice(64, 4);
      Waiting waiting = Waiting.start(false, ignored -> waiter.awaitChange(word, 0, never()));
      awaitWaiting(waiter);
      MemorySegment writable = memory.segment().asSlice(64, 4);
      WORD.setRelease(writable, 0L, 1);
      SYSTEM.futexWake(writable, Integer.MAX_VALUE);
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.READY);
      SYSTEM.munmap(readOnly, page);
    }
  }

  @Test
  void reportsMemoryThatIsNotMapped() {
    try (TestMemory memory = TestMemory.of(SYSTEM, 1);
        InterruptibleWait waiter = new InterruptibleWait(SYSTEM)) {
      MemorySegment beyond = NativeMemory.view(memory.end(), 4);
      assertThatThrownBy(() -> waiter.awaitChange(beyond, 0, never()))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
    }
  }

  private static void awaitWaiting(InterruptibleWait waiter) {
    long start = System.nanoTime();
    while (!waiter.isWaiting()) {
      assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
      Thread.onSpinWait();
    }
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }
}
