/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll ping}: is another node there, and who is it. */
@Command(
    name = "ping",
    description = {
      "Ask another node of LNet for its names and print them, as `lctl ping` does. With --count a",
      "line for each ping and its time."
    },
    footer = {
      "",
      "Examples:",
      "  atoll ping 127.0.0.3@tcp                        from the running node",
      "  atoll ping 127.0.0.3@tcp --nid 127.0.0.9@tcp    from a node for this command alone",
      "  atoll ping 127.0.0.3@tcp --count 10 --timeout 2"
    })
final class PingCommand extends NetworkCommand {
  private static final double NANOS_OF_MILLI = 1e6;
  private static final long PAUSE_MILLIS = 200;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NetworkOption network = new NetworkOption();

  @Parameters(index = "0", paramLabel = "NID", description = "One of its names.")
  private String nid = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = NetworkText.Seconds.class,
      defaultValue = "10s",
      description = "How long to wait for each answer; a bare number is seconds. Default: 10s.")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--count", paramLabel = "N", defaultValue = "1", description = "How often.")
  private int count;

  @Option(names = "--json", description = "One JSON object for each ping.")
  private boolean isJson;

  PingCommand(Streams streams) {
    super(streams);
  }

  @Override
  NetworkUse.Source source() {
    return network;
  }

  @Override
  Attempt attempt() {
    return new Attempt("manage", "ping");
  }

  @Override
  boolean isJson() {
    return isJson;
  }

  @Override
  int run(Network used) throws InterruptedException {
    if (count < 1 || !timeout.isPositive()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--count and --timeout must be positive");
    }
    for (int i = 1; i <= count; i++) {
      Report.Fields answer = used.ask(new NetworkOrder.Ping(nid, timeout.toNanos()));
      for (Report row : answer.rows("ping")) {
        if (row instanceof Report.Fields fields) {
          print(i, answer, fields);
        }
      }
      if (i < count) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
    return ExitCode.OK;
  }

  private void print(int sequence, Report.Fields answer, Report.Fields row) {
    if (isJson) {
      print(answer, true);
      return;
    }
    List<String> nids =
        row.rows("peer_ni").stream()
            .map(each -> each instanceof Report.Fields ni ? ni.text("nid") : "")
            .toList();
    if (count > 1) {
      streams()
          .out()
          .line(
              String.format(
                  Locale.ROOT,
                  "%s: seq=%d nids=%d time=%.3f ms",
                  Escaped.text(row.text("primary nid")),
                  sequence,
                  nids.size(),
                  row.number("round trip nsec") / NANOS_OF_MILLI));
      return;
    }
    String prefix = row.number("pid") + "-";
    for (String each : nids) {
      streams().out().line(prefix + Escaped.text(each));
      prefix = "";
    }
  }
}
