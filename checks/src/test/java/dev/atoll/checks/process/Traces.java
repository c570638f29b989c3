/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import dev.atoll.testkit.ProcessTraces;

/** Counts what a process holds, as one line. */
final class Traces {
  private Traces() {}

  static String ofThisProcess() {
    return of(ProcessHandle.current().pid());
  }

  static String of(long pid) {
    ProcessTraces traces = ProcessTraces.of(pid);
    // Closed ranges keep their addresses for a while, over sparse zero pages (Quarantine).
    long mapped =
        traces.mappingsOf("/memfd:atoll").stream()
            .filter(mapping -> !mapping.contains("/memfd:atoll-zeros"))
            .count();
    return "memfds=" + traces.memfds().size() + " mapped=" + mapped;
  }
}
