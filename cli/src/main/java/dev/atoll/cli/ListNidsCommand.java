/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code atoll list-nids}: the names of this node. */
@Command(
    name = "list-nids",
    aliases = "list_nids",
    description = "Print the names of the running node, as `lctl list_nids` does.",
    footer = {"", "Example:", "  atoll list-nids"})
final class ListNidsCommand extends DeviceCommand {
  @Option(names = "--all", description = "Also 0@lo.")
  private boolean isForAll;

  ListNidsCommand(Streams streams) {
    super(streams, new Attempt("show", "nids"));
  }

  @Override
  int run(Network used) {
    List<String> nids = new ArrayList<>();
    for (Report net : used.ask(new NetworkOrder.Show(NetworkOrder.View.NETS)).rows("net")) {
      if (net instanceof Report.Fields fields
          && (isForAll || !fields.text("net type").equals("lo"))) {
        for (Report local : fields.rows("local NI(s)")) {
          nids.add(local instanceof Report.Fields ni ? ni.text("nid") : "");
        }
      }
    }
    if (isJson()) {
      streams().out().json(Map.of("nids", nids));
    } else {
      nids.forEach(each -> streams().out().line(Escaped.text(each)));
    }
    return ExitCode.OK;
  }
}
