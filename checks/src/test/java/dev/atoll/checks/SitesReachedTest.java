/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Sites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Runs after all other tests of the whole reactor (an execution of its own in the pom): a step site
 * that none of them has reached is a step that nobody has killed, delayed or failed.
 */
class SitesReachedTest {
  private static final Path REACHED = Path.of(System.getProperty("atoll.root"), "target", "sites");

  @Test
  void everySiteOfTheListWasReachedBySomeTest() throws IOException {
    Set<String> reached = reached();
    // A run of selected tests says nothing about the others.
    Assumptions.assumeTrue(
        System.getProperty("atoll.selected", "").isBlank(), "only some tests were run");

    Set<String> missed = new TreeSet<>();
    Sites.all().forEach(site -> missed.add(site.name()));
    missed.removeAll(reached);

    assertThat(missed).as("sites that no test reached").isEmpty();
  }

  private static Set<String> reached() throws IOException {
    Set<String> reached = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(REACHED)) {
      for (Path each : files.toList()) {
        reached.addAll(Files.readAllLines(each));
      }
    }
    return reached;
  }
}
