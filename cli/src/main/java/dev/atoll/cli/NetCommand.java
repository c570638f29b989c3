/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atoll net}: the interfaces of a node. */
@Command(
    name = "net",
    synopsisSubcommandLabel = "COMMAND",
    description = "Show, add and take away the interfaces of this node in LNet networks.")
final class NetCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Streams streams) {
    return new CommandLine(new NetCommand())
        .addSubcommand(new Show(streams))
        .addSubcommand(new Add(streams))
        .addSubcommand(new Delete(streams));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a COMMAND is missing: show, add or del");
  }

  /** {@code atoll net show}. */
  @Command(
      name = "show",
      description = "Show the interfaces, as `lnetctl net show` does.",
      footer = {
        "",
        "Examples:",
        "  atoll net show",
        "  atoll net show --net tcp1 -v 2",
        "  atoll net show --nid 127.0.0.2@tcp      what a node of that name would be"
      })
  static final class Show extends NetworkCommand {
    @Mixin private NetworkOption network = new NetworkOption();
    @Mixin private DetailOption detail = new DetailOption();

    @Option(names = "--net", paramLabel = "NET", description = "Only this network, such as tcp1.")
    private @Nullable String wanted;

    @Option(names = "--json", description = "One JSON object.")
    private boolean isJson;

    Show(Streams streams) {
      super(streams);
    }

    @Override
    NetworkUse.Source source() {
      return network;
    }

    @Override
    Attempt attempt() {
      return new Attempt("show", "net");
    }

    @Override
    boolean isJson() {
      return isJson;
    }

    @Override
    int run(Network used) {
      Report.Fields nets = used.ask(new NetworkOrder.Show(NetworkOrder.View.NETS));
      String only = wanted;
      Report.Fields shown =
          only == null
              ? nets
              : filtered(
                  nets, "net", row -> row.text("net type").equals(NetworkText.network(only)));
      print(fieldsWithout(shown, detail.hidden()), false);
      return ExitCode.OK;
    }
  }

  /** {@code atoll net add}. */
  @Command(
      name = "add",
      description = {
        "Add interfaces to a network of a running node, until that ends; what its file says",
        "counts for the next start."
      },
      footer = {
        "",
        "Examples:",
        "  atoll net add --net tcp --if eth0",
        "  atoll net add --net tcp1 --if 127.0.0.4"
      })
  static final class Add extends DeviceCommand {
    @Option(
        names = "--net",
        required = true,
        paramLabel = "NET",
        description = "The network, such as tcp1.")
    private String network = "";

    @Option(
        names = "--if",
        required = true,
        split = ",",
        paramLabel = "INTERFACE",
        description = "Names or addresses, with commas.")
    private List<String> interfaces = List.of();

    Add(Streams streams) {
      super(streams, new Attempt("add", "net"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.NetAdd(network, interfaces));
      return ExitCode.OK;
    }
  }

  /** {@code atoll net del}. */
  @Command(
      name = "del",
      description = "Take interfaces out of a network of a running node.",
      footer = {"", "Example:", "  atoll net del --net tcp1"})
  static final class Delete extends DeviceCommand {
    @Option(
        names = "--net",
        required = true,
        paramLabel = "NET",
        description = "The network, such as tcp1.")
    private String network = "";

    @Option(
        names = "--if",
        split = ",",
        paramLabel = "INTERFACE",
        description = "Names or addresses, with commas. Default: all of the network.")
    private List<String> interfaces = List.of();

    Delete(Streams streams) {
      super(streams, new Attempt("del", "net"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.NetDelete(network, interfaces));
      return ExitCode.OK;
    }
  }
}
