/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformWaitersTest {
  private final CountDownLatch entered = new CountDownLatch(PlatformWaiters.CALLERS_MAX);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger onVirtualThreads = new AtomicInteger();

  /** Stands for a function of the C library that waits for a slow disk. */
  long slow(MemorySegment state, long a, long b, long c, long d, long e, long f)
      throws InterruptedException {
    if (Thread.currentThread().isVirtual()) {
      onVirtualThreads.incrementAndGet();
    }
    entered.countDown();
    released.await();
    return a + b + c + d + e + f;
  }

  private Downcall slowCall() throws ReflectiveOperationException {
    MethodType type =
        MethodType.methodType(
            long.class,
            MemorySegment.class,
            long.class,
            long.class,
            long.class,
            long.class,
            long.class,
            long.class);
    MethodHandle slow = MethodHandles.lookup().findVirtual(PlatformWaitersTest.class, "slow", type);
    return new Downcall("slow", slow.bindTo(this), true);
  }

  @Test
  void virtualThreadsInSlowCallsLeaveTheirCarriersAndAllEnd() throws Exception {
    Downcall slow = slowCall();
    List<CompletableFuture<Long>> results = new ArrayList<>();
    for (int i = 0; i < 3 * PlatformWaiters.CALLERS_MAX; i++) {
      long number = i;
      results.add(virtually(() -> slow.callOffCarrier(number, 1, 1, 1)));
    }
    entered.await();
    // All callers are held, and more calls queue; another virtual thread runs nevertheless.
    assertThat(virtually(() -> 7L).get(30, TimeUnit.SECONDS)).isEqualTo(7);
    assertThat(onVirtualThreads.get()).isZero();
    released.countDown();
    for (int i = 0; i < results.size(); i++) {
      assertThat(results.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i + 3);
    }
    assertThat(onVirtualThreads.get()).isZero();
  }

  @Test
  void interruptDoesNotEndACallAndStaysSet() throws Exception {
    Downcall slow = slowCall();
    var isSet = new CompletableFuture<Boolean>();
    Thread thread =
        Thread.startVirtualThread(() -> {
          Thread.currentThread().interrupt();
          long result = slow.callOffCarrier(1, 2, 3, 4);
          isSet.complete(result == 10 && Thread.currentThread().isInterrupted());
        });
    assertThat(isSet).isNotDone();
    released.countDown();
    assertThat(isSet.get(30, TimeUnit.SECONDS)).isTrue();
    thread.join();
  }

  @Test
  void platformThreadMakesTheCallItself() throws Exception {
    long before = PlatformWaiters.calls();
    released.countDown();
    assertThat(slowCall().callOffCarrier(1, 2, 3, 4)).isEqualTo(10);
    assertThat(PlatformWaiters.calls()).isEqualTo(before);
  }

  @Test
  void callsThatMayWaitForADiskAreMadeSo() throws Exception {
    Posix posix = Posix.system();
    try (Descriptor memfd = posix.memfd("test");
        TestMemory memory = TestMemory.of(posix, 1)) {
      long before = PlatformWaiters.calls();
      virtually(
              () -> {
                posix.fallocate(memfd, 0, 0, 4096);
                posix.fsync(memfd);
                posix.fdatasync(memfd);
                return (long) posix.msync(memory.address(), 4096);
              })
          .get(30, TimeUnit.SECONDS);
      assertThat(PlatformWaiters.calls() - before).isEqualTo(4);
      assertThat(posix.statx(memfd).size()).isEqualTo(4096);
    }
  }

  @Test
  void failureOfACallReachesTheVirtualThread() {
    assertThatThrownBy(() ->
            virtually(() ->
                    PlatformWaiters.call(() -> {
                      throw new IllegalStateException("closed");
                    }))
                .get(30, TimeUnit.SECONDS))
        .hasRootCauseMessage("closed");
  }

  private interface Work {
    long run();
  }

  private static CompletableFuture<Long> virtually(Work work) {
    var result = new CompletableFuture<Long>();
    Thread.startVirtualThread(() -> {
      try {
        result.complete(work.run());
      } catch (Throwable t) {
        result.completeExceptionally(t);
      }
    });
    return result;
  }
}
