/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllocationTest {
  @Test
  void hotPathsAllocateNothing() throws InterruptedException {
    Map<String, Long> allocated = new LinkedHashMap<>();
    try (HotPaths paths = new HotPaths()) {
      for (var path : paths.kernels().entrySet()) {
        allocated.put(path.getKey(), Allocation.leastBytes(path.getValue()));
      }
    }
    assertThat(allocated)
        .hasSizeGreaterThan(5)
        .allSatisfy((name, bytes) -> assertThat(bytes).isZero());
  }

  @Test
  void seesOneAllocationByOperation() throws InterruptedException {
    assertThat(Allocation.leastBytes(new HotKernels.Allocating()))
        .isGreaterThanOrEqualTo(16 * Allocation.OPERATIONS);
  }
}
