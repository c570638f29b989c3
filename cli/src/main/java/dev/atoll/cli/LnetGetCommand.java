/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.link.NetworkOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atoll lnet get}: bytes from a portal of another node. */
@Command(
    name = "get",
    description = {
      "Fetch bytes, at most 1 MiB, from a portal of another node to standard output or a file. A",
      "node has no way to say no: where nothing matches, the answer does not come."
    },
    footer = {"", "Example:", "  atoll lnet get 127.0.0.3@tcp 40 0x17 --length 100 -o part"})
final class LnetGetCommand extends LnetTransferCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      defaultValue = "1m",
      description = "How many at most. Default: 1m; memory there that is longer must truncate.")
  private long length;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write there, replacing the file, instead of standard output.")
  private @Nullable Path output;

  LnetGetCommand(Streams streams) {
    super(streams);
  }

  @Override
  Attempt attempt() {
    return new Attempt("manage", "get");
  }

  @Override
  int run(Network used) throws IOException {
    if (length > NetworkOrder.PAYLOAD_BYTES_MAX) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--length is more than 1 MiB, the most of one message");
    }
    byte[] bytes = used.fetch(new NetworkOrder.Get(target((int) length), timeoutNanos()));
    Path target = output;
    if (isJson()) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("lengthBytes", bytes.length);
      values.put("base64", Base64.getEncoder().encodeToString(bytes));
      streams().out().json(values);
    } else if (target == null) {
      streams().out().bytes(bytes);
    } else {
      Files.write(target, bytes);
    }
    return ExitCode.OK;
  }
}
