/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds the LNet table of docs/mapping.md: each function once, with a member and a test. */
class LnetMappingTest {
  private static final String HEADING = "\n## LNet\n";

  /** What Lustre's LNet offers to the layers above it. */
  private static final List<String> FUNCTIONS =
      List.of(
          "LNetNIInit",
          "LNetNIFini",
          "LNetGetId",
          "LNetDist",
          "LNetPrimaryNID",
          "LNetAddPeer",
          "LNetMEAttach",
          "LNetMEUnlink",
          "LNetMDAttach",
          "LNetMDBind",
          "LNetMDUnlink",
          "LNetPut",
          "LNetGet",
          "LNetEQAlloc",
          "LNetSetLazyPortal",
          "LNetClearLazyPortal");

  @Test
  void eachFunctionStandsInTheTableOnce() {
    assertThat(FUNCTIONS).doesNotHaveDuplicates();
    assertThat(RsmMappingTest.rowsBelow(HEADING, RsmMappingTest.page()))
        .extracting(row -> row.group(1))
        .containsExactlyInAnyOrderElementsOf(FUNCTIONS);
  }

  @Test
  void everyMemberIsPublicAndEveryTestExists() {
    Set<String> tests = ConformanceTest.testMethods(House.files(".java"));
    assertThat(
            RsmMappingTest.rowsBelow(HEADING, RsmMappingTest.page()).stream()
                .flatMap(row -> RsmMappingTest.faults(row, tests).stream())
                .toList())
        .isEmpty();
  }
}
