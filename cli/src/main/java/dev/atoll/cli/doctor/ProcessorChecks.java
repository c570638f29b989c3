/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.posix.WriteBack;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the processors can do, and how many there are. */
final class ProcessorChecks {
  private static final List<String> WANTED = List.of("clwb", "clflushopt", "clflush");
  private static final int ENOUGH_TO_SPIN = 2;

  private final Host host;
  private final int processors;

  ProcessorChecks(Host host, int processors) {
    this.host = host;
    this.processors = processors;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.warnUnless(
            processors >= ENOUGH_TO_SPIN,
            "processors",
            processors + " usable",
            "two programs that spin for each other take turns; expect latencies of a scheduler's"
                + " slice, or give the container more than one"));
    findings.add(
        Finding.warnUnless(
            WriteBack.isAvailable(),
            "write-back",
            WriteBack.isAvailable()
                ? WriteBack.instruction() + ", of " + features()
                : WriteBack.unavailabilityCause().orElse(""),
            "persistent memory is flushed by pages (msync), which is slower; an SELinux denial of"
                + " execmem is a usual cause"));
    return findings;
  }

  private String features() {
    for (String line : host.lines("proc/cpuinfo")) {
      if (line.startsWith("flags")) {
        Set<String> flags =
            Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).strip().split(" +")));
        return String.join(" ", WANTED.stream().filter(flags::contains).toList());
      }
    }
    return "this architecture's own";
  }
}
