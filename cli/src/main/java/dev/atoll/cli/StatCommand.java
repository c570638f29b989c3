/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.NetworkException;
import dev.atoll.Node;
import dev.atoll.link.DeviceListing;
import dev.atoll.link.ListingRow;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Reply;
import dev.atoll.link.Report;
import dev.atoll.posix.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll stat}: what a device holds. */
@Command(
    name = "stat",
    description = {
      "Show how much a running device holds, in all and by user, and what its LNet node has counted;",
      "for its owner and root. `atoll ls` shows each one, `atoll lnet stats` every counter."
    },
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
      Map<String, Object> values = values(node, node.administration().status());
      List<Map<String, Object>> users = byUser(node.administration().segments());
      Optional<Report.Fields> network = network(node);
      if (isJson) {
        values.put("users", users);
        network.ifPresent(report -> values.put("lnet", ReportJson.object(report)));
        streams.out().json(values);
      } else {
        values.forEach((name, value) ->
            streams.out().format("%-12s %s", name, Escaped.text(String.valueOf(value))));
        streams.out().line("");
        new TextTable(users).lines().forEach(streams.out()::line);
        network.ifPresent(this::print);
      }
    }
    return ExitCode.OK;
  }

  /** What the LNet node has counted, if there is one. */
  private static Optional<Report.Fields> network(Node node) {
    try {
      return Optional.of(node.network().ask(new NetworkOrder.Show(NetworkOrder.View.STATISTICS)));
    } catch (NetworkException e) {
      if (e.errno() == Errno.ENODEV) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Only what is not zero: most counters are, and `atoll lnet stats` has them all. */
  private void print(Report.Fields report) {
    streams.out().line("");
    report
        .values()
        .forEach((name, part) -> {
          if (part instanceof Report.Fields counters) {
            counters
                .values()
                .forEach((counter, value) -> {
                  if (value instanceof Report.Figure figure && figure.value() != 0) {
                    streams.out().line("lnet " + name + " " + counter + " " + figure.value());
                  }
                });
          }
        });
  }

  /** Counts for each user, the smallest uid first. */
  static List<Map<String, Object>> byUser(DeviceListing listing) {
    Map<Long, Map<String, Object>> users = new TreeMap<>();
    Map<String, Object> current = new LinkedHashMap<>();
    for (ListingRow row : listing.rows()) {
      switch (row) {
        case ListingRow.OfSession session -> {
          current =
              users.computeIfAbsent(
                  Integer.toUnsignedLong(session.userId()), StatCommand::nobodyYet);
          add(current, "sessions", 1);
          add(current, "descriptors", session.descriptors());
        }
        case ListingRow.OfExport export -> {
          add(current, "exports", 1);
          add(current, "importers", export.importers());
          add(current, "exportedBytes", export.sizeBytes());
        }
        case ListingRow.OfImport _ -> add(current, "imports", 1);
        case ListingRow.OfAccess _ -> {}
      }
    }
    return new ArrayList<>(users.values());
  }

  private static Map<String, Object> nobodyYet(long uid) {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("uid", uid);
    for (String name :
        List.of("sessions", "exports", "importers", "imports", "descriptors", "exportedBytes")) {
      counts.put(name, 0L);
    }
    return counts;
  }

  private static void add(Map<String, Object> counts, String name, long more) {
    counts.merge(name, more, (had, plus) -> (Long) had + (Long) plus);
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
