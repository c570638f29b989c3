/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a daemon in the background prints to: one file, and that of the run before it. */
final class DaemonLog {
  /** A log that has grown to this starts anew. */
  static final long BYTES_MAX = 1 << 20;

  private static final int OWNER_ONLY = 0600;
  private static final int TAIL_BYTES = 4096;
  private static final int TAIL_LINES = 12;

  private DaemonLog() {}

  /** Puts the last run's log aside and makes an empty one. */
  static void begin(Posix posix, DeviceDirectory directory) {
    Path log = directory.log();
    try {
      if (Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS) && Files.size(log) > 0) {
        Files.move(log, old(directory), StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The log " + log + " can not be put aside", e);
    }
    int flags =
        FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_NOFOLLOW | FileCalls.O_NONBLOCK;
    try (Descriptor file = posix.open(log, flags, OWNER_ONLY)) {
      FileStatus status = posix.statx(file);
      if (!status.isRegularFile()) {
        throw directory.strange(log, "is no file", null);
      }
      directory.checkOwner(posix, log, status);
    }
  }

  private static Path old(DeviceDirectory directory) {
    return directory.path().resolve("device.log.old");
  }

  /** The last lines, each with an indent; empty if there are none. */
  static String tail(DeviceDirectory directory) {
    Path log = directory.log();
    try (InputStream input = Files.newInputStream(log, StandardOpenOption.READ)) {
      input.skipNBytes(Math.max(0, Files.size(log) - TAIL_BYTES));
      String text = new String(input.readNBytes(TAIL_BYTES), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      return String.join(
          "",
          lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()).stream()
              .map(line -> "\n  " + line.replaceAll("\\p{Cntrl}", "?"))
              .toList());
    } catch (IOException e) {
      return "\n  (the log can not be read: " + e + ")";
    }
  }

  /** Words for a failure: the log's path and its last lines. */
  static String words(DeviceDirectory directory, @Nullable Integer exitCode) {
    String end = exitCode == null ? "" : " (exit code " + exitCode + ")";
    String tail = tail(directory);
    return end + "; its log " + directory.log() + (tail.isEmpty() ? " is empty" : " ends:" + tail);
  }
}
