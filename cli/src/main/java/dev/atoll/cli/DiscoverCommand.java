/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll discover}: learn all names of another node. */
@Command(
    name = "discover",
    description = {
      "Learn all names of another node, tell it this node's if it wants to know, and print them as",
      "`lnetctl discover` does."
    },
    footer = {"", "Example:", "  atoll discover 127.0.0.3@tcp"})
final class DiscoverCommand extends NetworkCommand {
  @Mixin private NetworkOption network = new NetworkOption();

  @Parameters(index = "0", paramLabel = "NID", description = "One of its names.")
  private String nid = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = NetworkText.Seconds.class,
      defaultValue = "10s",
      description = "How long to wait; a bare number is seconds. Default: 10s.")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  DiscoverCommand(Streams streams) {
    super(streams);
  }

  @Override
  NetworkUse.Source source() {
    return network;
  }

  @Override
  Attempt attempt() {
    return new Attempt("manage", "discover");
  }

  @Override
  boolean isJson() {
    return isJson;
  }

  @Override
  int run(Network used) {
    print(used.ask(new NetworkOrder.Discover(nid, timeout.toNanos())), true);
    return ExitCode.OK;
  }
}
