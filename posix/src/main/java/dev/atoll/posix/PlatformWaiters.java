/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Platform threads that wait, and make calls to a disk, on behalf of virtual ones, which must not
 * enter a blocking native call: they would hold their carrier, and with it other virtual threads
 * (JEP 444).
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
          work -> thread(work, "atoll-waiter-" + NUMBER.incrementAndGet()));

  /** Calls to a disk at once for virtual threads; more queue up, as they would at the disk. */
  static final int CALLERS_MAX = 16;

  private static final AtomicInteger CALLER_NUMBER = new AtomicInteger();

  /** Its own pool: threads that wait for other processes must not keep a disk call waiting. */
  private static final ThreadPoolExecutor CALLERS =
      new ThreadPoolExecutor(
          CALLERS_MAX,
          CALLERS_MAX,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          work -> thread(work, "atoll-caller-" + CALLER_NUMBER.incrementAndGet()));

  static {
    CALLERS.allowCoreThreadTimeOut(true);
  }

  private PlatformWaiters() {}

  /**
   * Makes a call on a platform thread and waits for its end. An interrupt does not end the wait,
   * and is still set afterwards.
   *
   * @return what the call gave
   */
  static long call(LongSupplier call) {
    var task = new FutureTask<>(call::getAsLong);
    CALLERS.execute(task);
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          isInterrupted = true;
        } catch (ExecutionException e) {
          throw Libc.unexpected("call", e.getCause() == null ? e : e.getCause());
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Tells how many calls were made so. */
  static long calls() {
    return CALLERS.getTaskCount();
  }

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

  private static Thread thread(Runnable work, String name) {
    return Thread.ofPlatform().daemon().name(name).unstarted(work);
  }
}
