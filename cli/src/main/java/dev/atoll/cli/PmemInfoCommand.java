/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.pmem.PmemInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll pmem info}: what a file can do as persistent memory. */
@Command(
    name = "info",
    description = {
      "Show what a file can do as persistent memory, and why: file system, DAX, MAP_SYNC,",
      "granularity of a flush, instruction, where durability begins. The file is only read."
    },
    footer = {"", "Example:", "  atoll pmem info /mnt/pmem/data --json"})
final class PmemInfoCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(index = "0", paramLabel = "FILE", description = "A file or a DAX device.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  PmemInfoCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    PmemInfo info = PmemInfo.of(file);
    if (isJson) {
      streams.out().json(toMap(info));
    } else {
      streams.out().format("%-19s %s", "file", info.path());
      streams.out().format("%-19s %d", "size", info.sizeBytes());
      for (PmemInfo.Fact fact : info.facts()) {
        streams.out().format("%-19s %-18s %s", fact.name(), fact.value(), fact.why());
      }
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> toMap(PmemInfo info) {
    List<Map<String, Object>> facts = new ArrayList<>();
    for (PmemInfo.Fact fact : info.facts()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", fact.name());
      one.put("value", fact.value());
      one.put("why", fact.why());
      facts.add(one);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("path", info.path().toString());
    values.put("sizeBytes", info.sizeBytes());
    values.put("granularity", info.granularity().name());
    values.put("persistenceDomain", info.persistenceDomain().name());
    values.put("isMapSync", info.isMapSync());
    values.put("hasHoles", info.hasHoles());
    values.put("facts", facts);
    return values;
  }
}
