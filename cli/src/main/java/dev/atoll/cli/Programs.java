/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the programs behind process ids are called, as far as /proc tells. */
final class Programs {
  private static final int NAME_CHARS_MAX = 60;

  /** Options of java whose value is a word of its own. */
  private static final List<String> WITH_VALUE =
      List.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules");

  private final Path proc;

  /**
   * Looks in a procfs.
   *
   * @param proc where it is mounted
   */
  Programs(Path proc) {
    this.proc = proc;
  }

  /** A name for people, harmless for a terminal; {@code ?} if nothing can be seen. */
  String nameOf(int processId) {
    if (processId <= 0) {
      return "?";
    }
    Path directory = proc.resolve(Integer.toString(processId));
    try {
      String line =
          new String(Files.readAllBytes(directory.resolve("cmdline")), StandardCharsets.UTF_8);
      String name = line.isEmpty() ? comm(directory) : nameIn(List.of(line.split("\0")));
      String safe = Escaped.text(name);
      return safe.length() <= NAME_CHARS_MAX ? safe : safe.substring(0, NAME_CHARS_MAX) + "...";
    } catch (IOException e) {
      // It has ended, or procfs hides it (hidepid, another pid namespace).
      return "?";
    }
  }

  private static String comm(Path directory) throws IOException {
    return Files.readString(directory.resolve("comm")).strip();
  }

  /** Of a Java program the class or archive says more than "java". */
  static String nameIn(List<String> words) {
    String program = lastPart(words.getFirst());
    if (!program.equals("java")) {
      return program;
    }
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      boolean isNamed = word.equals("-jar") || word.equals("-m") || word.equals("--module");
      if (isNamed && i + 1 < words.size()) {
        return "java " + lastPart(words.get(i + 1));
      }
      if (WITH_VALUE.contains(word)) {
        i++;
      } else if (!word.startsWith("-") && !word.startsWith("@")) {
        return "java " + word;
      }
    }
    return program;
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
