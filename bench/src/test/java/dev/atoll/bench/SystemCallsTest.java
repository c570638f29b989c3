/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SystemCallsTest {
  @Test
  void hotPathsMakeNoSystemCallAndTheControlMakesOneByOperation() throws InterruptedException {
    var reason = SystemCalls.whyNot();
    assumeTrue(reason.isEmpty(), reason.orElse(""));

    var calls = SystemCalls.leastCalls();

    assertThat(calls.remove(SystemCalls.CONTROL))
        .hasSizeGreaterThanOrEqualTo((int) SystemCalls.FEW_OPERATIONS);
    calls.keySet().removeIf(name -> name.startsWith(ToldPaths.PREFIX));
    assertThat(calls)
        .hasSizeGreaterThan(5)
        .allSatisfy((name, made) -> assertThat(made).as(name).isEmpty());
  }

  @Test
  void countsOnlyCallsOfTheMarkedThreadAndTakesTheBestWindow() {
    var trace =
        List.of(
            "7 access(\"/atoll-bench-marker/begin/put\", F_OK) = -1 ENOENT",
            "7 futex(0x1, FUTEX_WAIT, 0) = 0",
            "8 read(3, \"\", 1) = 0",
            "7 access(\"/atoll-bench-marker/end/put\", F_OK) = -1 ENOENT",
            "7 access(\"/atoll-bench-marker/begin/put\", F_OK) = -1 ENOENT",
            "8 read(3, \"\", 1) = 0",
            "7 --- SIGSEGV {si_signo=SIGSEGV} ---",
            "7 access(\"/atoll-bench-marker/end/put\", F_OK) = -1 ENOENT",
            "7 access(\"/atoll-bench-marker/begin/get\", F_OK) = -1 ENOENT",
            "7 munmap(0x1, 4096) = 0",
            "7 access(\"/atoll-bench-marker/end/get\", F_OK) = -1 ENOENT");

    assertThat(SystemCalls.leastCalls(trace))
        .containsEntry("put", List.of())
        .containsEntry("get", List.of("munmap"));
  }
}
