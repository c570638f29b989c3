/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileSystemStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells what lies below a file of overlayfs, which keeps its changes in a directory of another file
 * system (Documentation/filesystems/overlayfs.rst of Linux).
 *
 * <p>That directory stands in the mount's options, as the one who mounted it saw it; in a container
 * it is mostly not visible, and then nothing is promised.
 */
final class OverlayMount {
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
  private static final String UPPER = "upperdir=";

  private OverlayMount() {}

  /** Judges by the mount that holds a path; {@code mountinfo} is proc_pid_mountinfo(5). */
  static Backing of(Posix posix, Path mountinfo, Path path) {
    try {
      Path real = path.toRealPath();
      String options = "";
      int depth = -1;
      for (String line : Files.readAllLines(mountinfo)) {
        List<String> fields = Arrays.asList(line.split(" ", -1));
        int separator = fields.indexOf("-");
        Path point = Path.of(unescaped(fields.get(4)));
        // Of mounts on one point the last is on top.
        if (separator > 4 && real.startsWith(point) && point.getNameCount() >= depth) {
          depth = point.getNameCount();
          options = fields.get(separator + 1).equals("overlay") ? fields.get(separator + 3) : "";
        }
      }
      return ofOptions(posix, options);
    } catch (IOException | IndexOutOfBoundsException e) {
      return Backing.unknown("overlay, and " + mountinfo + " can't be read (" + e + ")");
    }
  }

  private static Backing ofOptions(Posix posix, String options) {
    List<String> all = Arrays.asList(options.split(",", -1));
    // volatile: "the upper filesystem is not synced", so msync does nothing.
    if (all.contains("volatile")) {
      return Backing.unknown("overlay, mounted with the option volatile, which leaves syncs out");
    }
    for (String option : all) {
      if (option.startsWith(UPPER)) {
        return ofUpper(posix, Path.of(unescaped(option.substring(UPPER.length()))));
      }
    }
    return Backing.unknown("overlay, and its mount shows no upper directory");
  }

  private static Backing ofUpper(Posix posix, Path upper) {
    try (Descriptor directory = posix.open(upper, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY, 0)) {
      FileSystemStatus below = posix.fstatfs(directory);
      if (below.isVolatile()) {
        return Backing.memory("overlay, whose upper layer lies on " + below.name());
      }
      return below.magic() == FileSystemStatus.OVERLAYFS_MAGIC
          ? Backing.unknown("overlay, whose upper layer lies on another overlay")
          : Backing.kept("overlay, whose upper layer lies on " + below.name());
    } catch (ErrnoException e) {
      return Backing.unknown(
          "overlay, whose upper layer " + upper + " can't be opened from here (" + e.errno() + ")");
    }
  }

  private static String unescaped(String text) {
    return OCTAL
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 8))));
  }
}
