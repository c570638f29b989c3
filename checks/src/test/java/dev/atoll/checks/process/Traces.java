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
    return "memfds="
        + traces.memfds().size()
        + " mapped="
        + traces.mappingsOf("/memfd:atoll").size();
  }
}
