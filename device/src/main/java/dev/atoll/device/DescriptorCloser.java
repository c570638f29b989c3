/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.AtollException;
import dev.atoll.posix.Descriptor;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Closes what programs have sent, on threads of its own.
 *
 * <p>close(2) of somebody else's file can wait (a file system served by a program is asked to
 * flush, a TCP socket may linger) and can fail (EIO of a late write-back); neither may hold up or
 * stop the loop. A program that sends such files holds up a thread here and, beyond {@value
 * #THREADS} of them, the closing of what others have sent, but no request of theirs.
 */
final class DescriptorCloser implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DescriptorCloser.class.getName());
  private static final int THREADS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ThreadPoolExecutor threads;

  DescriptorCloser() {
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            PATIENCE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("atoll-closer-", 0).daemon(true).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  void close(Descriptor descriptor) {
    threads.execute(() -> closeNow(descriptor));
  }

  void close(List<Descriptor> descriptors) {
    descriptors.forEach(this::close);
  }

  private static void closeNow(Descriptor descriptor) {
    try {
      descriptor.close();
    } catch (AtollException e) {
      // Linux has released it all the same (close(2)), and nobody else waits for the answer.
      LOG.log(Level.INFO, "event=close-failed descriptor=" + descriptor.subject(), e);
    }
  }

  /** Closes what waits, for a bounded time: the end of the process closes the rest. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "event=closers-stuck waiting={0}", threads.getQueue().size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
