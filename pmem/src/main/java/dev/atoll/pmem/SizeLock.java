/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock that all who open with {@code CREATE} hold while they look at a file's size, change it
 * and, on failure, take the change back.
 *
 * <p>It is an open file description lock (fcntl(2)) on the whole file: it works between threads and
 * between processes, and a kill gives it back. It is advisory, so it does not hold back programs
 * that change sizes by other means.
 */
final class SizeLock {
  private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private SizeLock() {}

  /** Waits for the lock, which {@code unlock} or closing the open file gives back. */
  static void take(Host host, Descriptor descriptor, Path path) {
    long start = host.clock().nanos();
    while (!host.posix().tryLock(descriptor)) {
      if (host.clock().nanos() - start > MOST_WAIT_NANOS) {
        throw new ErrnoException(
            "fcntl",
            Errno.EAGAIN.number(),
            path.toString(),
            "Another program creates or extends this file, or holds a lock on it, for longer than"
                + " 30 s; open it without CREATE, or try again when that one is done (lslocks(8)"
                + " names it).");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
