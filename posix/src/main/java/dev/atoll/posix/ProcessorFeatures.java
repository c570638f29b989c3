/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What the kernel says of the processor: /proc/cpuinfo (proc_cpuinfo(5)).
 *
 * @param flags the words of "flags" (x86-64) or "Features" (aarch64)
 * @param lineBytes the "clflush size", zero if not told
 */
record ProcessorFeatures(Set<String> flags, int lineBytes) {
  /** Reads those of the first processor; the kernel hides what the others lack. */
  static ProcessorFeatures read() {
    Path file = Path.of("/proc/cpuinfo");
    try {
      return parse(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read; is /proc mounted?", e);
    }
  }

  static ProcessorFeatures parse(List<String> lines) {
    Set<String> flags = Set.of();
    int lineBytes = 0;
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String name = line.substring(0, colon).trim();
      String value = line.substring(colon + 1).trim();
      if (flags.isEmpty() && (name.equals("flags") || name.equals("Features"))) {
        flags = Set.copyOf(List.of(value.split(" +")));
      } else if (lineBytes == 0 && name.equals("clflush size")) {
        lineBytes = Integer.parseInt(value);
      }
    }
    return new ProcessorFeatures(flags, lineBytes);
  }
}
