/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** Limits of the process, as the kernel counts them. */
final class LimitChecks {
  private static final long FILES_FEW = 4096;
  private static final long FILES_NONE = 128;
  private static final long MAPS_FEW = 65_530;

  private final Host host;

  LimitChecks(Host host) {
    this.host = host;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(openFiles());
    findings.add(maps());
    findings.add(
        unlimited(
            "Max file size",
            "file-size",
            "files and shared memory can not grow beyond it; ulimit -f unlimited"));
    findings.add(
        unlimited(
            "Max address space", "address-space", "mappings fail beyond it; ulimit -v unlimited"));
    findings.add(Finding.ok("locked-memory", text("Max locked memory") + ", not used by Atoll"));
    return findings;
  }

  private Finding openFiles() {
    long most = soft("Max open files");
    String value = text("Max open files");
    String advice = "each session takes two, each export three; ulimit -n 65536, or LimitNOFILE=";
    if (most >= 0 && most < FILES_NONE) {
      return Finding.fail("open-files", value, advice);
    }
    return Finding.warnUnless(most < 0 || most >= FILES_FEW, "open-files", value, advice);
  }

  private Finding maps() {
    long most = host.number("proc/sys/vm/max_map_count");
    return Finding.warnUnless(
        most < 0 || most >= MAPS_FEW,
        "max-map-count",
        most < 0 ? "unknown" : "" + most,
        "each import takes mappings; sysctl vm.max_map_count=" + MAPS_FEW);
  }

  private Finding unlimited(String limit, String name, String advice) {
    return Finding.warnUnless(soft(limit) < 0, name, text(limit), advice);
  }

  /** The soft limit as it is written; {@code unknown} without procfs. */
  private String text(String limit) {
    for (String line : host.lines("proc/self/limits")) {
      if (line.startsWith(limit)) {
        return line.substring(limit.length()).strip().split(" +", 2)[0];
      }
    }
    return "unknown";
  }

  /** -1 for unlimited or unknown. */
  private long soft(String limit) {
    try {
      return Long.parseLong(text(limit));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
