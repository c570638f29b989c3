/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a candidate, each kernel on a thread of its own, and times it. */
final class Crew implements AutoCloseable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** A core that was away for longer than this share of a sample has spoilt it. */
  private static final double AWAY_MOST = 0.02;

  private final ExecutorService second =
      Executors.newSingleThreadExecutor(
          work -> Thread.ofPlatform().daemon().name("bench-second").unstarted(work));

  /** Runs a candidate once; of two threads, the mean of their times counts. */
  Sample sample(Candidate candidate, long operations) throws InterruptedException {
    if (candidate.kernels().size() == 1) {
      return time(candidate.kernels().getFirst(), operations);
    }
    if (candidate.kernels().size() != 2) {
      throw new IllegalArgumentException("kernels=" + candidate.kernels().size());
    }
    var start = new StartLine(2);
    Future<Sample> other =
        second.submit(() -> {
          start.await();
          return time(candidate.kernels().get(1), operations);
        });
    start.await();
    Sample own = time(candidate.kernels().get(0), operations);
    try {
      return own.with(other.get());
    } catch (ExecutionException e) {
      throw new IllegalStateException("the second thread of " + candidate.name(), e);
    }
  }

  private static Sample time(Kernel kernel, long operations) throws InterruptedException {
    kernel.prepare();
    long busy = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    kernel.run(operations);
    long nanos = System.nanoTime() - start;
    busy = THREADS.getCurrentThreadCpuTime() - busy;
    return new Sample((double) nanos / operations, nanos - busy > nanos * AWAY_MOST);
  }

  /**
   * What one run of a candidate gave.
   *
   * @param nanos of one operation, by the clock on the wall
   * @param isDisturbed whether the thread did not have its core for a while: the processor time
   *     that the kernel counts for it falls short of the time on the wall
   */
  record Sample(double nanos, boolean isDisturbed) {
    Sample with(Sample other) {
      return new Sample((nanos + other.nanos) / 2, isDisturbed || other.isDisturbed);
    }
  }

  @Override
  public void close() {
    second.shutdownNow();
  }

  /** Sleeps until all have come, then spins until all run. */
  private static final class StartLine {
    private final CyclicBarrier barrier;
    private final AtomicInteger missing;

    StartLine(int parties) {
      barrier = new CyclicBarrier(parties);
      missing = new AtomicInteger(parties);
    }

    void await() throws InterruptedException {
      try {
        barrier.await();
      } catch (BrokenBarrierException e) {
        throw new IllegalStateException("the other thread has gone", e);
      }
      missing.decrementAndGet();
      while (missing.get() > 0) {
        Thread.onSpinWait();
      }
    }
  }
}
