/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Counts what a thread allocates, by the JVM's own count.
 *
 * <p>Several windows are looked at and the least counts: what an operation allocates shows in every
 * window, what the compiler or the JVM does on the side does not.
 */
public final class AllocatedBytes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WINDOWS = 25;

  private AllocatedBytes() {}

  /**
   * Runs a step many times.
   *
   * @param steps how often in one window
   * @param step what to run
   * @return the bytes that the calling thread allocated in the best of the windows
   */
  public static long leastOf(int steps, Runnable step) {
    long least = Long.MAX_VALUE;
    for (int window = 0; window < WINDOWS && least > 0; window++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
