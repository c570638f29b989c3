/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code atoll lnet}: what {@code lnetctl} does, and portals by hand. */
@Command(
    name = "lnet",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "The network of a node. Whoever knows `lnetctl COMMAND` writes `atoll lnet COMMAND`: net,",
      "peer, route, ping, discover, export, import and stats; serve, put and get use portals by hand."
    },
    footer = {
      "",
      "Examples:",
      "  atoll lnet export --backup > net.yaml",
      "  atoll lnet import < net.yaml",
      "  atoll lnet serve 40 0x17 page.html --nid 127.0.0.2@tcp",
      "  atoll lnet get 127.0.0.2@tcp 40 0x17 --nid 127.0.0.3@tcp"
    })
final class LnetCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Streams streams) {
    return new CommandLine(new LnetCommand())
        .addSubcommand(NetCommand.commandLine(streams))
        .addSubcommand(PeerCommand.commandLine(streams))
        .addSubcommand(RouteCommand.commandLine(streams))
        .addSubcommand(new PingCommand(streams))
        .addSubcommand(new DiscoverCommand(streams))
        .addSubcommand(new LnetStatsCommand(streams))
        .addSubcommand(new LnetExportCommand(streams))
        .addSubcommand(new LnetImportCommand(streams))
        .addSubcommand(new LnetServeCommand(streams))
        .addSubcommand(new LnetPutCommand(streams))
        .addSubcommand(new LnetGetCommand(streams));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a COMMAND is missing");
  }
}
