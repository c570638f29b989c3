/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Clock;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a file stands on, handed in so that tests can put a twin in its place.
 *
 * @param posix the operating system's calls
 * @param sysfs the devices
 * @param observer who watches flushes, or null
 * @param clock for waits
 */
record Host(Posix posix, Sysfs sysfs, @Nullable FlushObserver observer, Clock clock) {
  private static final Path SYSFS_ROOT = Path.of("/sys");

  Host(Posix posix, Sysfs sysfs, @Nullable FlushObserver observer) {
    this(posix, sysfs, observer, Clock.system());
  }

  static Host of(Posix posix) {
    return new Host(posix, new Sysfs(SYSFS_ROOT), null);
  }
}
