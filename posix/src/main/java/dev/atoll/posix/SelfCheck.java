/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares, once at start-up, what the calls tell with what java.nio tells, so that a wrong offset
 * of a structure or a wrong number of a call is found before it does harm.
 */
final class SelfCheck {
  private SelfCheck() {}

  static void run(LinuxPosix posix) {
    Path known = Path.of(System.getProperty("java.home"), "lib", "modules");
    Path readable = Files.isRegularFile(known) ? known : Path.of("/proc/self/exe");
    try {
      FileStatus status = posix.statx(readable, true);
      same("statx size", Files.size(readable), status.size());
      same("statx mode", (int) Files.getAttribute(readable, "unix:mode"), status.mode());
      same("statx inode", (long) Files.getAttribute(readable, "unix:ino"), status.inode());
      same("statx uid", (int) Files.getAttribute(readable, "unix:uid"), status.uid());
      same("page size", Integer.toUnsignedLong(Long.bitCount(posix.pageSize())), 1);
    } catch (IOException e) {
      throw new UncheckedIOException("start-up check of the calls on " + readable, e);
    }
  }

  private static void same(String what, long expected, long actual) {
    if (expected != actual) {
      throw new UnsupportedOperationException(
          "start-up check: "
              + what
              + " expected="
              + expected
              + " actual="
              + actual
              + "; this system lays its structures out otherwise than Atoll knows");
    }
  }
}
