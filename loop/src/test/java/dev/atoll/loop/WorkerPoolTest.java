/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  private final FakePoller poller = new FakePoller();
  private final EventLoop loop =
      new EventLoop(
          new LoopOptions(
              "test", poller, () -> 0, IdlePolicy.sleeping(), FailureHandler.stopping()));
  private final List<String> answers = new ArrayList<>();
  private final WorkerPool pool = new WorkerPool("worker", 1, 2, loop);

  WorkerPoolTest() {
    assertThat(loop.tryHold()).isTrue();
  }

  @AfterEach
  void close() {
    pool.close();
    loop.close();
  }

  @Test
  void runsTaskOnWorkerAndAnswerOnLoop() {
    AtomicReference<String> where = new AtomicReference<>();
    assertThat(
            pool.submit(
                () -> {
                  where.set(Thread.currentThread().getName());
                  assertThat(Thread.currentThread().isDaemon()).isTrue();
                  return 42;
                },
                (result, failure) ->
                    answers.add(result + " " + failure + " " + loop.isLoopThread())))
        .isTrue();
    turnUntilAnswers(1);
    assertThat(where.get()).isEqualTo("worker-0");
    assertThat(answers).containsExactly("42 null true");
  }

  @Test
  void givesFailureToLoop() {
    assertThat(
            pool.submit(
                () -> {
                  throw new IOException("disk");
                },
                (result, failure) -> answers.add(result + " " + failure.getMessage())))
        .isTrue();
    turnUntilAnswers(1);
    assertThat(answers).containsExactly("null disk");
  }

  @Test
  void refusesWhenQueueIsFull() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    assertThat(submitBlocking(busy, release)).isTrue();
    busy.await();
    assertThat(pool.submit(() -> "b", this::note)).isTrue();
    assertThat(pool.submit(() -> "c", this::note)).isTrue();
    assertThat(pool.queuedTasks()).isEqualTo(2);
    assertThat(pool.submit(() -> "d", this::note)).isFalse();
    release.countDown();
    turnUntilAnswers(3);
    assertThat(answers).containsExactly("a", "b", "c");
  }

  @Test
  void interruptsAndCancelsOnClose() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    assertThat(submitBlocking(busy, new CountDownLatch(1))).isTrue();
    busy.await();
    assertThat(pool.submit(() -> "b", this::note)).isTrue();
    pool.close();
    pool.close();
    assertThat(pool.submit(() -> "c", this::note)).isFalse();
    turnUntilAnswers(2);
    assertThat(answers)
        .containsExactlyInAnyOrder(
            CancellationException.class.getSimpleName(),
            InterruptedException.class.getSimpleName());
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("worker-0"));
  }

  @Test
  void survivesTaskThatLeavesItsThreadInterrupted() {
    assertThat(
            pool.submit(
                () -> {
                  Thread.currentThread().interrupt();
                  return "a";
                },
                this::note))
        .isTrue();
    assertThat(pool.submit(() -> "b", this::note)).isTrue();
    turnUntilAnswers(2);
    assertThat(answers).containsExactly("a", "b");
  }

  @Test
  void closesResultThatNobodyCanReceive() throws InterruptedException {
    AtomicBoolean isClosed = new AtomicBoolean();
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    assertThat(
            pool.submit(
                () -> {
                  busy.countDown();
                  release.await();
                  return (AutoCloseable) () -> isClosed.set(true);
                },
                (result, failure) -> answers.add("never")))
        .isTrue();
    busy.await();
    loop.close();
    release.countDown();
    EventLoopThreadTest.awaitTrue(isClosed::get);
    assertThat(answers).isEmpty();
  }

  @Test
  void closesResultThatWaitedWhenTheLoopFailed() {
    AtomicBoolean isClosed = new AtomicBoolean();
    loop.execute(() -> {
      throw new IllegalStateException("planned failure of a test");
    });
    AutoCloseable result = () -> isClosed.set(true);
    assertThat(pool.submit(() -> result, (given, failure) -> answers.add("never"))).isTrue();
    assertThat(pool.submit(() -> "after", (given, failure) -> {})).isTrue();
    // One worker: when it has taken the second task, the first is answered.
    EventLoopThreadTest.awaitTrue(() -> pool.queuedTasks() == 0);
    assertThat(loop.turn(0)).isPositive();
    loop.close();
    assertThat(isClosed).isTrue();
    assertThat(answers).isEmpty();
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThatThrownBy(() -> new WorkerPool("x", 0, 1, loop).close())
        .hasMessageContaining("threadCount=0");
    assertThatThrownBy(() -> new WorkerPool("x", 1, 0, loop).close())
        .hasMessageContaining("queueCapacity=0");
  }

  private boolean submitBlocking(CountDownLatch busy, CountDownLatch release) {
    return pool.submit(
        () -> {
          busy.countDown();
          release.await();
          return "a";
        },
        this::note);
  }

  private void note(String result, Throwable failure) {
    answers.add(failure == null ? result : failure.getClass().getSimpleName());
  }

  private void turnUntilAnswers(int count) {
    EventLoopThreadTest.awaitTrue(() -> {
      assertThat(loop.turn(0)).isNotNegative();
      return answers.size() >= count;
    });
  }
}
