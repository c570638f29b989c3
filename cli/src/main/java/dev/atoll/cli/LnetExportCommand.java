/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.NetworkOrder.View;
import dev.atoll.link.Report;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll lnet export}: what the network of a node is, as YAML. */
@Command(
    name = "export",
    description = {
      "Print the interfaces, peers, routes and global values of the running node as `lnetctl export`",
      "does. `atoll export` without lnet shares memory."
    },
    footer = {
      "",
      "Examples:",
      "  atoll lnet export                    with states and statistics",
      "  atoll lnet export --backup net.yaml  what import and a configuration file need"
    })
final class LnetExportCommand extends DeviceCommand {
  private static final Set<String> OF_STATE =
      Set.of(
          "nid",
          "status",
          "statistics",
          "sent_stats",
          "received_stats",
          "dropped_stats",
          "health stats",
          "dev cpt",
          "timeout");
  private static final Set<String> OF_PEER_STATE =
      Set.of(
          "state",
          "max_ni_tx_credits",
          "available_tx_credits",
          "min_tx_credits",
          "tx_q_num_of_buf",
          "available_rtr_credits",
          "min_rtr_credits",
          "statistics",
          "sent_stats",
          "received_stats",
          "dropped_stats",
          "health stats");
  private static final Set<String> OF_ROUTE_STATE = Set.of("state", "type");

  @Option(names = "--backup", description = "Only what an import needs.")
  private boolean isBackup;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where to, whole or not at all, replacing the file. Default: standard output.")
  private @Nullable Path file;

  LnetExportCommand(Streams streams) {
    super(streams, new Attempt("export", "net"));
  }

  @Override
  int run(Network used) throws java.io.IOException {
    Report.Fields all = isBackup ? backup(used) : everything(used);
    Path target = file;
    if (target == null) {
      print(all, false);
      return ExitCode.OK;
    }
    byte[] text = (String.join("\n", ReportYaml.wide(all)) + "\n").getBytes(StandardCharsets.UTF_8);
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new Refusal(ExitCode.FAILED, "EEXIST", target + " is no regular file");
    }
    try (FileTarget whole = FileTarget.begin(target, true, false)) {
      whole.write(0, text, text.length);
      whole.commit();
    }
    return ExitCode.OK;
  }

  private static Report.Fields everything(Network used) {
    return joined(
        List.of(
            used.ask(new NetworkOrder.Show(View.NETS)),
            used.ask(new NetworkOrder.Show(View.PEERS)),
            used.ask(new NetworkOrder.Show(View.ROUTES)),
            used.ask(new NetworkOrder.Show(View.GLOBAL))));
  }

  private static Report.Fields backup(Network used) {
    Report.Fields nets =
        filtered(
            used.ask(new NetworkOrder.Show(View.NETS)),
            "net",
            row -> !row.text("net type").equals("lo"));
    // Who came from an unprivileged port is no node that could be told of.
    Report.Fields peers =
        filtered(
            used.ask(new NetworkOrder.Show(View.PEERS)),
            "peer",
            row ->
                !row.text("primary nid").isEmpty()
                    && row.rows("peer ni").stream()
                        .noneMatch(ni ->
                            ni instanceof Report.Fields fields
                                && fields.text("nid").contains("-")));
    return joined(
        List.of(
            fieldsWithout(nets, OF_STATE),
            fieldsWithout(peers, OF_PEER_STATE),
            fieldsWithout(used.ask(new NetworkOrder.Show(View.ROUTES)), OF_ROUTE_STATE),
            used.ask(new NetworkOrder.Show(View.GLOBAL))));
  }

  /** Parts that have nothing are left out, as by lnetctl. */
  private static Report.Fields joined(List<Report.Fields> parts) {
    Report.FieldsBuilder all = Report.fields();
    for (Report.Fields part : parts) {
      part.values()
          .forEach((name, value) -> {
            if (!(value instanceof Report.Rows rows && rows.rows().isEmpty())) {
              all.put(name, value);
            }
          });
    }
    return all.build();
  }
}
