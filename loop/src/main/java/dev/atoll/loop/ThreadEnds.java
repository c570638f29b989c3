/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.time.Duration;
import java.util.Arrays;

/** Waits for threads that were told to end. */
final class ThreadEnds {
  private static final long MILLI_NANOS = 1_000_000;

  private ThreadEnds() {}

  /**
   * Waits until all have ended; an interrupt of the caller is kept for later.
   *
   * @throws IllegalStateException if one has not ended in time, with what it is doing
   */
  static void await(Iterable<Thread> threads, Duration limit) {
    // The end of a thread is a matter of real time, so no injected clock serves here.
    long start = System.nanoTime();
    boolean wasInterrupted = false;
    try {
      for (Thread thread : threads) {
        while (thread.isAlive()) {
          long left = limit.toNanos() - (System.nanoTime() - start);
          if (left <= 0) {
            throw new IllegalStateException(
                "thread "
                    + thread.getName()
                    + " has not ended; it stands at "
                    + Arrays.toString(thread.getStackTrace()));
          }
          try {
            thread.join(left / MILLI_NANOS + 1);
          } catch (InterruptedException e) {
            wasInterrupted = true;
          }
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
