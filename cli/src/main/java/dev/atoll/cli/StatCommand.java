/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.link.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll stat}: what a device holds. */
@Command(
    name = "stat",
    description = "Show what a running device holds; for its owner and root.",
    footer = {"", "Example:", "  atoll stat --json"})
final class StatCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  StatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    try (Node node = directory.attach()) {
      Map<String, Object> values = values(node, node.deviceStatus());
      if (isJson) {
        streams.out().json(values);
      } else {
        values.forEach((name, value) -> streams.out().format("%-12s %s", name, value));
      }
    }
    return ExitCode.OK;
  }

  private Map<String, Object> values(Node node, Reply.DeviceStatus status) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("node", node.nodeId());
    values.put("directory", directory.find().path().toString());
    values.put("sessions", status.sessions());
    values.put("exports", status.exports());
    values.put("published", status.published());
    values.put("imports", status.imports());
    values.put("revoking", status.revoking());
    values.put("unanswered", status.unanswered());
    values.put("descriptors", status.descriptors());
    values.put("malformed", status.malformed());
    return values;
  }
}
