/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Sites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Keeps docs/sites.md equal to the sources. */
class SitesDocTest {
  private static final Path PAGE = House.ROOT.resolve("docs/sites.md");
  private static final String REWRITE =
      "mvn -pl checks -am test -Dtest=SitesDocTest -Datoll.write=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  @Test
  void pageIsThatOfTheSources() {
    String wanted = page(Sites.all(House.ROOT));
    if (Boolean.getBoolean("atoll.write")) {
      House.write(PAGE, wanted);
    }
    assertThat(Files.exists(PAGE) ? House.read(PAGE) : "")
        .as("docs/sites.md is stale; rewrite it with\n  %s\n", REWRITE)
        .isEqualTo(wanted);
  }

  @Test
  void everySiteIsALiteral() {
    assertThat(Sites.all(House.ROOT)).allMatch(Sites.Entry::isLiteral);
  }

  @Test
  void everyNameIsTwoWords() {
    assertThat(Sites.all(House.ROOT))
        .extracting(Sites.Entry::name)
        .allMatch(name -> name.matches("[a-z]+\\.[a-z]+"));
  }

  @Test
  void everyNameStandsForOnePlace() {
    List<String> names = Sites.all(House.ROOT).stream().map(Sites.Entry::name).toList();
    assertThat(names).doesNotHaveDuplicates().isNotEmpty();
  }

  private static String page(List<Sites.Entry> sites) {
    String rows =
        sites.stream()
            .map(site ->
                "| `%s` | %s | `%s` |\n".formatted(site.name(), site.module(), site.className()))
            .collect(Collectors.joining());
    return """
    # Step sites

    Generated from the sources; a test fails if it is stale. Do not edit.

    Each is a step of a protocol that can leave something behind. The names are what
    `-Datoll.sites=hold:NAME` takes in a forked test process: the thread that reaches the step prints
    `@held NAME` on standard error and stays there, so that the test can kill the process at exactly
    this point.

    | site | module | class |
    | --- | --- | --- |
    """
        + rows;
  }
}
