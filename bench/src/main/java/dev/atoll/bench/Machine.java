/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.NonTemporal;
import dev.atoll.posix.WriteBack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The conditions that figures are published with. */
final class Machine {
  private static final String UNKNOWN = "not told";

  private Machine() {}

  static List<String> describe(Plan plan, int runs) {
    List<String> lines = new ArrayList<>();
    lines.add("jvm        " + property("java.vm.name") + " " + property("java.vm.version"));
    lines.add("flags      " + String.join(" ", Forked.JVM_OPTIONS));
    lines.add("kernel     " + property("os.name") + " " + property("os.version"));
    lines.add("cpu        " + cpu() + ", cores=" + Runtime.getRuntime().availableProcessors());
    lines.add("governor   " + governor() + "; huge pages " + hugePages());
    lines.add("load       " + load() + " (1, 5, 15 minutes, before the first run)");
    lines.add(
        "write-back "
            + WriteBack.instruction()
            + ", non-temporal copy from "
            + NonTemporal.thresholdBytes()
            + " bytes; "
            + Libpmem.describe());
    lines.add(
        "method     runs="
            + runs
            + ", each group of each run in a JVM of its own; rounds="
            + plan.rounds()
            + ", in each every candidate once for about 1 ms, order shuffled with seed="
            + plan.seed()
            + " + run; ratio = value by the peer's value of the same round, median (10th-90th"
            + " percentile)");
    return lines;
  }

  static String load() {
    return read("/proc/loadavg").replaceAll(" [^ ]* [^ ]*$", "");
  }

  private static String cpu() {
    String model =
        read("/proc/cpuinfo")
            .lines()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .orElse(": " + property("os.arch"));
    return model.substring(model.indexOf(':') + 1).strip();
  }

  private static String governor() {
    return read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  }

  private static String hugePages() {
    return read("/sys/kernel/mm/transparent_hugepage/enabled")
        + ", of shared memory "
        + read("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
  }

  private static String property(String key) {
    return System.getProperty(key, UNKNOWN);
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      // Missing in containers and virtual machines; the figures say so.
      return UNKNOWN;
    }
  }
}
