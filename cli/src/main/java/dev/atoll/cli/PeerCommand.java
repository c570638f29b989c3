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

/** {@code atoll peer}: the nodes that a node knows. */
@Command(
    name = "peer",
    synopsisSubcommandLabel = "COMMAND",
    description = "Show, add and forget the nodes that a running node knows.")
final class PeerCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Streams streams) {
    return new CommandLine(new PeerCommand())
        .addSubcommand(new Show(streams))
        .addSubcommand(new Add(streams))
        .addSubcommand(new Delete(streams));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a COMMAND is missing: show, add or del");
  }

  /** {@code atoll peer show}. */
  @Command(
      name = "show",
      description = "Show the peers, as `lnetctl peer show` does.",
      footer = {"", "Example:", "  atoll peer show --nid 127.0.0.3@tcp -v"})
  static final class Show extends DeviceCommand {
    @Mixin private DetailOption detail = new DetailOption();

    @Option(names = "--nid", paramLabel = "NID", description = "Only the peer of this name.")
    private @Nullable String wanted;

    Show(Streams streams) {
      super(streams, new Attempt("show", "peer"));
    }

    @Override
    int run(Network used) {
      Report.Fields peers = used.ask(new NetworkOrder.Show(NetworkOrder.View.PEERS));
      String only = wanted;
      if (only != null) {
        String nid = NetworkText.nid(only);
        peers = filtered(peers, "peer", row -> hasName(row, nid));
        if (peers.rows("peer").isEmpty()) {
          throw new dev.atoll.NetworkException(
              dev.atoll.posix.Errno.ENOENT, "there is no peer of the name " + nid);
        }
      }
      print(fieldsWithout(peers, detail.hidden()), false);
      return ExitCode.OK;
    }

    private static boolean hasName(Report.Fields peer, String nid) {
      return peer.text("primary nid").equals(nid)
          || peer.rows("peer ni").stream()
              .anyMatch(row -> row instanceof Report.Fields ni && ni.text("nid").equals(nid));
    }
  }

  /** {@code atoll peer add}. */
  @Command(
      name = "add",
      description = "Make a peer known, so that its names count as one.",
      footer = {"", "Example:", "  atoll peer add --prim_nid 10.0.0.1@tcp --nid 10.0.1.1@tcp1"})
  static final class Add extends DeviceCommand {
    @Option(
        names = {"--prim_nid", "--primary-nid"},
        required = true,
        paramLabel = "NID",
        description = "Its first name.")
    private String primary = "";

    @Option(
        names = "--nid",
        split = ",",
        paramLabel = "NID",
        description = "Its other names, with commas.")
    private List<String> nids = List.of();

    @Option(names = "--non_mr", description = "It has one name and uses no others.")
    private boolean isSingle;

    Add(Streams streams) {
      super(streams, new Attempt("add", "peer"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.PeerAdd(primary, nids, !isSingle));
      return ExitCode.OK;
    }
  }

  /** {@code atoll peer del}. */
  @Command(
      name = "del",
      description = {
        "Forget a peer, or some names of it. It comes back when something is sent to it or heard",
        "of it."
      },
      footer = {"", "Example:", "  atoll peer del --prim_nid 10.0.0.1@tcp"})
  static final class Delete extends DeviceCommand {
    @Option(
        names = {"--prim_nid", "--primary-nid"},
        required = true,
        paramLabel = "NID",
        description = "Its first name.")
    private String primary = "";

    @Option(
        names = "--nid",
        split = ",",
        paramLabel = "NID",
        description = "Only these names, with commas.")
    private List<String> nids = List.of();

    Delete(Streams streams) {
      super(streams, new Attempt("del", "peer"));
    }

    @Override
    int run(Network used) {
      used.ask(new NetworkOrder.PeerDelete(primary, nids));
      return ExitCode.OK;
    }
  }
}
