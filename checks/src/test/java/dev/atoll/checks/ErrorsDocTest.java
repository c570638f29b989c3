/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares docs/errors.md with the codes in the sources, both ways. */
class ErrorsDocTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\|\\s*`([A-Z0-9_]+)`\\s*\\|");
  private static final Pattern CONSTANT = Pattern.compile("(?m)^\\s{2}([A-Z0-9_]+)\\((-?\\d+)");
  private static final Pattern PROBLEM = Pattern.compile("(?m)^\\s{2}([A-Z_]+)\\(Errno");
  private static final Pattern OWN_CODE = Pattern.compile("\"((?:ATOLL|LNET)_[A-Z_]+)\"");

  @Test
  void listsEveryCodeAndNoOther() {
    Set<String> codes = new TreeSet<>();
    constants("link/src/main/java/dev/atoll/link/RsmError.java", "RSMERR_", codes);
    constants("posix/src/main/java/dev/atoll/posix/Errno.java", "", codes);
    codes.remove("UNKNOWN");
    House.files("pmem/PmemProblem.java")
        .forEach(file -> addAll(PROBLEM.matcher(file.text()), "PMEM_", codes));
    for (SourceFile file : House.files(".java")) {
      boolean isOfExceptions = file.path().endsWith("Exception.java");
      // The command gives codes of its own to what it refuses.
      boolean isOfCommand = file.path().startsWith("cli/");
      if (!file.isTest() && (isOfExceptions || isOfCommand)) {
        addAll(OWN_CODE.matcher(file.text()), "", codes);
      }
    }
    assertThat(documented()).isEqualTo(codes);
  }

  @Test
  void givesTheOriginalNumbers() {
    String page = page();
    for (SourceFile file : House.files("RsmError.java")) {
      Matcher matcher = CONSTANT.matcher(file.text());
      while (matcher.find()) {
        assertThat(page)
            .containsPattern(
                "\\| `RSMERR_" + matcher.group(1) + "` \\| " + matcher.group(2) + " \\|");
      }
    }
  }

  private static void constants(String path, String prefix, Set<String> codes) {
    House.files().stream()
        .filter(file -> file.path().equals(path))
        .forEach(file -> addAll(CONSTANT.matcher(file.text()), prefix, codes));
  }

  private static void addAll(Matcher matcher, String prefix, Set<String> codes) {
    while (matcher.find()) {
      codes.add(prefix + matcher.group(1));
    }
  }

  private static Set<String> documented() {
    Set<String> codes = new TreeSet<>();
    addAll(ROW.matcher(page()), "", codes);
    return codes;
  }

  private static String page() {
    return House.read(House.ROOT.resolve("docs/errors.md"));
  }
}
