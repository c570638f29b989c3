/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads that wait on behalf of virtual ones, which must not enter a blocking native
 * call: they would hold their carrier, and with it other virtual threads (JEP 444).
 */
final class PlatformWaiters {
  /** Beyond so many waits at once, virtual threads look again and again instead. */
  static final int THREADS_MAX = 64;

  private static final long IDLE_SECONDS = 5;
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0,
          THREADS_MAX,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          PlatformWaiters::thread);

  private PlatformWaiters() {}

  /**
   * Starts a task on a platform thread.
   *
   * @return false if all threads wait already
   */
  static boolean tryStart(FutureTask<?> task) {
    try {
      POOL.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private static Thread thread(Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .name("atoll-waiter-" + NUMBER.incrementAndGet())
        .unstarted(work);
  }
}
