/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationTest {
  /**
   * In a JVM of its own: a coverage agent in this one adds code to the hot paths, and with it they
   * grow past what the compiler looks through to find that an object is not needed.
   */
  @Test
  void hotPathsAllocateNothing() throws InterruptedException {
    List<String> said = new ArrayList<>();
    try (Forked proof = Forked.start("allocation")) {
      String line = proof.readLine();
      while (line != null) {
        said.add(line);
        line = proof.readLine();
      }
      assertThat(proof.awaitExit()).as(String.join("\n", said)).isZero();
    }
    assertThat(said).hasSizeGreaterThan(5).endsWith("PASSED");
  }

  @Test
  void seesOneAllocationByOperation() throws InterruptedException {
    assertThat(Allocation.leastBytes(new HotKernels.Allocating()))
        .isGreaterThanOrEqualTo(16 * Allocation.OPERATIONS);
  }
}
