/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atoll route}: ways to networks that a node is not on. */
@Command(
    name = "route",
    synopsisSubcommandLabel = "COMMAND",
    description = "Show, add and take away the ways of a running node to other networks.")
final class RouteCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Streams streams) {
    return new CommandLine(new RouteCommand())
        .addSubcommand(new Show(streams))
        .addSubcommand(new Add(streams))
        .addSubcommand(new Delete(streams));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a COMMAND is missing: show, add or del");
  }

  /** {@code atoll route show}. */
  @Command(
      name = "show",
      description = "Show the routes, as `lnetctl route show` does.",
      footer = {"", "Example:", "  atoll route show -v"})
  static final class Show extends DeviceCommand {
    @Mixin private DetailOption detail = new DetailOption();

    @Option(names = "--net", paramLabel = "NET", description = "Only to this network.")
    private @Nullable String network;

    @Option(names = "--gateway", paramLabel = "NID", description = "Only through this node.")
    private @Nullable String gateway;

    Show(Streams streams) {
      super(streams, new Attempt("show", "route"));
    }

    @Override
    int run(Network used) {
      Report.Fields routes = used.ask(new NetworkOrder.Show(NetworkOrder.View.ROUTES));
      String net = network;
      if (net != null) {
        String name = NetworkText.network(net);
        routes = filtered(routes, "route", row -> row.text("net").equals(name));
      }
      String through = gateway;
      if (through != null) {
        String nid = NetworkText.nid(through);
        routes = filtered(routes, "route", row -> row.text("gateway").equals(nid));
      }
      Report.Fields shown = fieldsWithout(routes, detail.hidden());
      print(detail.isPlain() ? fieldsWithout(shown, Set.of("state")) : shown, false);
      return ExitCode.OK;
    }
  }

  /** {@code atoll route add}. */
  @Command(
      name = "add",
      description = "Add a way to a network. It is down until its gateway has answered.",
      footer = {"", "Example:", "  atoll route add --net tcp9 --gateway 10.77.0.13@tcp"})
  static final class Add extends DeviceCommand {
    @Option(names = "--net", required = true, paramLabel = "NET", description = "Where it leads.")
    private String network = "";

    @Option(
        names = "--gateway",
        required = true,
        paramLabel = "NID",
        description = "Who forwards; a node on a network of this one.")
    private String gateway = "";

    @Option(
        names = {"--hop", "--hop-count"},
        paramLabel = "N",
        defaultValue = "-1",
        description = "How many gateways are on the way, 1 to 255. Default: unknown.")
    private int hops;

    @Option(
        names = "--priority",
        paramLabel = "N",
        defaultValue = "0",
        description = "Ways with lower numbers are taken first. Default: 0.")
    private int priority;

    Add(Streams streams) {
      super(streams, new Attempt("add", "route"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.RouteAdd(network, gateway, hops, priority));
      return ExitCode.OK;
    }
  }

  /** {@code atoll route del}. */
  @Command(
      name = "del",
      description = "Take a way to a network away.",
      footer = {"", "Example:", "  atoll route del --net tcp9 --gateway 10.77.0.13@tcp"})
  static final class Delete extends DeviceCommand {
    @Option(names = "--net", required = true, paramLabel = "NET", description = "Where it leads.")
    private String network = "";

    @Option(names = "--gateway", required = true, paramLabel = "NID", description = "Who forwards.")
    private String gateway = "";

    Delete(Streams streams) {
      super(streams, new Attempt("del", "route"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.RouteDelete(network, gateway));
      return ExitCode.OK;
    }
  }
}
