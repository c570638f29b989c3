/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SitesTest {
  @Test
  void findsCallsWithNameAndLine() {
    List<Sites.Entry> found =
        Sites.inText(
            "link",
            "link/src/main/java/A.java",
            """
            class A {
              // Site.hit("not.this")
              /** {@code Site.hit("nor.that")} */
              void run(String name) {
                Site.hit("step.one");
                Site.hit(
                    "step.two");
                Site.hit(name);
              }
            }
            """);
    assertThat(found)
        .containsExactly(
            new Sites.Entry("step.one", true, "link", "link/src/main/java/A.java", 5),
            new Sites.Entry("step.two", true, "link", "link/src/main/java/A.java", 6),
            new Sites.Entry("name", false, "link", "link/src/main/java/A.java", 8));
    assertThat(found.getFirst().className()).isEqualTo("A");
  }

  @Test
  void findsTheSitesOfThisProject() {
    assertThat(Sites.all()).extracting(Sites.Entry::name).contains("memory.sealed");
  }
}
