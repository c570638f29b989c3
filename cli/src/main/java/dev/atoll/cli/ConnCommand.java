/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code atoll conn}: connections below a node's networks. */
@Command(
    name = "conn",
    synopsisSubcommandLabel = "COMMAND",
    description = "Show the connections of a running node.")
final class ConnCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Streams streams) {
    return new CommandLine(new ConnCommand()).addSubcommand(new ListAll(streams));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a COMMAND is missing: list");
  }

  /** {@code atoll conn list}. */
  @Command(
      name = "list",
      description = {
        "List the connections, as `lctl conn_list` does: peer, type (C control, I bulk in, O bulk",
        "out, A any), both ends, then messages sent, received and queued, and the version."
      },
      footer = {"", "Example:", "  atoll conn list"})
  static final class ListAll extends DeviceCommand {
    ListAll(Streams streams) {
      super(streams, new Attempt("show", "conn"));
    }

    @Override
    int run(Network used) {
      Report.Fields connections = used.ask(new NetworkOrder.Show(NetworkOrder.View.CONNECTIONS));
      if (isJson()) {
        print(connections, false);
      } else {
        connections.rows("connection").forEach(row -> streams().out().line(lineOf(row)));
      }
      return ExitCode.OK;
    }

    private static String lineOf(Report row) {
      return row instanceof Report.Fields each
          ? Escaped.text(
              String.format(
                  Locale.ROOT,
                  "%s %s[0]%s->%s:%d %d/%d/%d v%d",
                  each.text("peer"),
                  each.text("type"),
                  each.text("local"),
                  each.text("remote"),
                  each.number("remote port"),
                  each.number("sent"),
                  each.number("received"),
                  each.number("queued"),
                  each.number("version")))
          : "";
    }
  }
}
