/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Shows that hot paths allocate nothing: the JVM's own count of the thread's allocated bytes.
 *
 * <p>Several windows are looked at and the least counts: what an operation allocates shows in every
 * window, what the compiler or the JVM does on the side does not.
 */
final class Allocation {
  static final long OPERATIONS = 200_000;

  /** Of those that are told only, which wait for the device. */
  private static final long TOLD_OPERATIONS = 2_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WINDOWS = 25;

  private final PrintStream out;

  Allocation(PrintStream out) {
    this.out = out;
  }

  /** Gives the bytes that so many operations allocate in the best of the windows. */
  static long leastBytes(Kernel kernel) throws InterruptedException {
    return leastBytes(kernel, OPERATIONS);
  }

  static long leastBytes(Kernel kernel, long operations) throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int window = 0; window < WINDOWS && least > 0; window++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      kernel.run(operations);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  /** Gives the exit code: 0 if none allocates. */
  int run() throws InterruptedException {
    boolean isClean = true;
    try (HotPaths paths = new HotPaths()) {
      for (var path : paths.kernels().entrySet()) {
        isClean &= show(path.getKey(), leastBytes(path.getValue())) == 0;
      }
    }
    tell();
    long control = show("control: allocates", leastBytes(new HotKernels.Allocating()));
    boolean isPassed = isClean && control > 0;
    out.println(isPassed ? "PASSED" : "FAILED");
    return isPassed ? 0 : 1;
  }

  private void tell() throws InterruptedException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Place place = Place.open(Carrier.ATTACHED, parent);
        ToldPaths paths = new ToldPaths(place.node())) {
      for (var path : paths.kernels().entrySet()) {
        path.getValue().run(TOLD_OPERATIONS);
        show(path.getKey(), leastBytes(path.getValue(), TOLD_OPERATIONS), TOLD_OPERATIONS);
      }
    }
  }

  private long show(String name, long bytes) {
    return show(name, bytes, OPERATIONS);
  }

  private long show(String name, long bytes, long operations) {
    out.println(
        String.format(
            Locale.ROOT,
            "%-24s %10d bytes in %d operations, %.3f by operation",
            name,
            bytes,
            operations,
            (double) bytes / operations));
    return bytes;
  }
}
