/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code atoll lnet stats}: the counters of a node. */
@Command(
    name = "stats",
    description = {
      "Show the counters of the running node, as `lnetctl stats show` does, and what it dropped and",
      "why."
    },
    footer = {"", "Example:", "  atoll lnet stats"})
final class LnetStatsCommand extends DeviceCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "show",
      description = "May be written, as for lnetctl.")
  @SuppressWarnings("UnusedVariable") // there is nothing else to do with counters
  private String word = "show";

  LnetStatsCommand(Streams streams) {
    super(streams, new Attempt("show", "stats"));
  }

  @Override
  int run(Network used) {
    print(used.ask(new NetworkOrder.Show(NetworkOrder.View.STATISTICS)), false);
    return ExitCode.OK;
  }
}
