/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll lnet put}: one message to a portal of another node. */
@Command(
    name = "put",
    description = {
      "Send a file, or standard input, of at most 1 MiB to a portal of another node, and say how",
      "much it kept. A node has no way to say no: where nothing matches, the answer does not come."
    },
    footer = {
      "",
      "Examples:",
      "  echo hello | atoll lnet put 127.0.0.3@tcp 40 0x17",
      "  atoll lnet put 127.0.0.3@tcp 40 0x17 part --offset 4k --nid 127.0.0.9@tcp"
    })
final class LnetPutCommand extends LnetTransferCommand {
  @Parameters(
      index = "3",
      arity = "0..1",
      paramLabel = "FILE",
      description = "What to send; - or nothing for standard input.")
  private String file = "-";

  @Option(
      names = "--header-data",
      paramLabel = "BITS",
      converter = NetworkText.Bits.class,
      defaultValue = "0",
      description = "A word of 64 bits for the other side's event. Default: 0.")
  private long headerData;

  @Option(names = "--no-ack", description = "Do not ask how much was kept, nor wait for it.")
  private boolean isUnacknowledged;

  LnetPutCommand(Streams streams) {
    super(streams);
  }

  @Override
  Attempt attempt() {
    return new Attempt("manage", "put");
  }

  @Override
  int run(Network used) throws IOException {
    byte[] payload;
    try (InputStream input =
        file.equals("-") ? streams().in() : Files.newInputStream(Path.of(file))) {
      payload = input.readNBytes(NetworkOrder.PAYLOAD_BYTES_MAX + 1);
    }
    if (payload.length > NetworkOrder.PAYLOAD_BYTES_MAX) {
      throw new Refusal(
          ExitCode.FAILED,
          "EMSGSIZE",
          "a message has at most " + NetworkOrder.PAYLOAD_BYTES_MAX + " bytes; send parts of it");
    }
    Report.Fields answer =
        used.ask(
            new NetworkOrder.Put(
                target(payload.length), !isUnacknowledged, headerData, timeoutNanos()),
            payload);
    if (isJson()) {
      print(answer, false);
    } else if (isUnacknowledged) {
      streams().out().line("sent " + payload.length);
    } else {
      streams().out().line("kept " + answer.number("kept") + " of " + payload.length);
    }
    return ExitCode.OK;
  }
}
