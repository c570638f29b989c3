/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.NetworkException;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.NetworkOrder.View;
import dev.atoll.link.Report;
import dev.atoll.posix.Errno;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll lnet import}: makes of the network of a node what a YAML file says. */
@Command(
    name = "import",
    description = {
      "Add the interfaces, peers and routes of a YAML file to the running node, as `lnetctl import`",
      "does; with --del take them away. The whole file is read before anything is done; then what",
      "is refused is told and the rest is done. Tunables and global values are those of the node's",
      "start: others than it has are refused. `atoll import` without lnet uses memory."
    },
    footer = {
      "",
      "Examples:",
      "  atoll lnet import net.yaml",
      "  atoll lnet import --del < net.yaml"
    })
final class LnetImportCommand extends DeviceCommand {
  @Option(names = "--del", description = "Take away instead of adding.")
  private boolean isDeleting;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file; - or nothing for standard input.")
  private String file = "-";

  private int refused;

  LnetImportCommand(Streams streams) {
    super(streams, new Attempt("import", "net"));
  }

  @Override
  int run(Network used) {
    NetworkPart part =
        file.equals("-")
            ? YamlFile.read("standard input", streams().in(), NetworkPartReader::read)
            : YamlFile.read(java.nio.file.Path.of(file), NetworkPartReader::read);
    List<NetworkOrder> orders = isDeleting ? deletions(part) : additions(part);
    orders.forEach(order -> attempt(() -> used.ask(order)));
    if (!isDeleting) {
      compare(used, part);
    }
    if (refused > 0) {
      throw new Refusal(
          ExitCode.FAILED, "LNET_FAILED", refused + " of the file's entries were refused");
    }
    return ExitCode.OK;
  }

  private void attempt(Runnable action) {
    try {
      action.run();
    } catch (NetworkException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.ENODEV) {
        throw e;
      }
      refused++;
      tell(e);
    }
  }

  private static List<NetworkOrder> additions(NetworkPart part) {
    List<NetworkOrder> orders = new ArrayList<>();
    part.nets()
        .forEach(net ->
            net.locals()
                .forEach(local ->
                    orders.add(new NetworkOrder.NetAdd(net.network(), local.interfaces()))));
    part.peers()
        .forEach(peer ->
            orders.add(new NetworkOrder.PeerAdd(peer.primary(), peer.nids(), peer.isMultiRail())));
    part.routes()
        .forEach(route ->
            orders.add(
                new NetworkOrder.RouteAdd(
                    route.network(), route.gateway(), route.hops(), route.priority())));
    return orders;
  }

  /** In the other order, so that nothing is needed any more when it goes. */
  private static List<NetworkOrder> deletions(NetworkPart part) {
    List<NetworkOrder> orders = new ArrayList<>();
    part.nets()
        .forEach(net ->
            net.locals()
                .forEach(local ->
                    orders.add(new NetworkOrder.NetDelete(net.network(), local.interfaces()))));
    part.peers()
        .forEach(peer -> orders.add(new NetworkOrder.PeerDelete(peer.primary(), List.of())));
    part.routes()
        .forEach(
            route -> orders.add(new NetworkOrder.RouteDelete(route.network(), route.gateway())));
    Collections.reverse(orders);
    return orders;
  }

  /** What can only be said before a node starts must be what it was started with. */
  private void compare(Network used, NetworkPart part) {
    Report global = used.ask(new NetworkOrder.Show(View.GLOBAL)).get("global");
    compare("global", part.globals(), global);
    List<Report> nets = used.ask(new NetworkOrder.Show(View.NETS)).rows("net");
    for (NetworkPart.Net net : part.nets()) {
      Report tunables = tunablesOf(nets, net.network());
      net.locals().forEach(local -> compare(net.network(), local.tunables(), tunables));
    }
  }

  private static Report tunablesOf(List<Report> nets, String network) {
    for (Report each : nets) {
      if (each instanceof Report.Fields net
          && net.text("net type").equals(network)
          && net.rows("local NI(s)").getFirst() instanceof Report.Fields local) {
        return local.get("tunables");
      }
    }
    return new Report.Nothing();
  }

  private void compare(String where, Map<String, Long> wanted, Report has) {
    if (!(has instanceof Report.Fields fields)) {
      return;
    }
    wanted.forEach((name, value) -> {
      if (fields.get(name) instanceof Report.Figure figure && figure.value() != value) {
        attempt(() -> {
          throw new NetworkException(
              Errno.EOPNOTSUPP,
              where
                  + "."
                  + name
                  + " is "
                  + figure.value()
                  + " while the node runs, not "
                  + value
                  + "; start it with a --config file that says so");
        });
      }
    });
  }
}
