/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks for what a test may have left behind: descriptors, shared state, mappings. */
final class Leftovers {
  private Leftovers() {}

  /** The open descriptors of files below a directory and of control pages. */
  static List<String> descriptors(Path directory) throws IOException {
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = target(link);
        if (target.startsWith(directory.toRealPath().toString())
            || target.contains("atoll-control")) {
          open.add(link.getFileName() + " -> " + target);
        }
      }
    }
    return open;
  }

  /** The mappings of files below a directory. */
  static List<String> mappings(Path directory) throws IOException {
    String prefix = directory.toRealPath().toString();
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(prefix))
        .toList();
  }

  static void assertNone(Path directory) throws IOException {
    assertThat(descriptors(directory)).isEmpty();
    assertThat(mappings(directory)).isEmpty();
    assertThat(SharedFile.openCount()).isZero();
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      // The descriptor of the listing itself is gone by now.
      return "";
    }
  }
}
