/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of the README and compares them with what it shows. */
class ReadmeTest {
  private static final Path SOURCE =
      House.ROOT.resolve("checks/src/test/java/dev/atoll/checks/FirstPrograms.java");

  @TempDir private Path directory;

  @Test
  void sharesMemory() {
    assertThat(FirstPrograms.shareMemory()).isEqualTo(42);
  }

  @Test
  void countsStarts() {
    Path file = directory.resolve("starts");
    assertThat(FirstPrograms.countStarts(file)).isEqualTo(1);
    assertThat(FirstPrograms.countStarts(file)).isEqualTo(2);
  }

  @Test
  void showsTheVeryLines() {
    String readme = House.read(House.ROOT.resolve("README.md"));
    assertThat(readme).contains(method("shareMemory"), method("countStarts"));
  }

  private static String method(String name) {
    String source = House.read(SOURCE);
    int start = source.indexOf("  static long " + name);
    int end = source.indexOf("\n  }\n", start) + "\n  }".length();
    return source.substring(start, end).stripIndent() + "\n```";
  }
}
