/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code atoll import NODE:ID get}: copies bytes out of a segment. */
@Command(
    name = "get",
    description = "Copy bytes out of the segment to standard output or a file.",
    footer = {"", "Example:", "  atoll import 1:0x600000 get --offset 4k --length 100 -o part"})
final class ImportGetCommand extends SegmentCommand {
  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How many. Default: all to the end.")
  private @Nullable Long length;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = {
        "Write there as it goes, replacing the file, instead of standard output.",
        "`cp` makes the file whole or not at all."
      })
  private @Nullable Path output;

  @Option(names = "--json", description = "One JSON object, with the bytes in base64.")
  private boolean isJson;

  ImportGetCommand(Streams streams) {
    super(streams);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    connect(Permission.READ, this::get);
    return ExitCode.OK;
  }

  private void get(ImportSegment segment) throws IOException, InterruptedException {
    long count = lengthIn(segment, length);
    Path target = output;
    if (isJson) {
      Map<String, Object> values = toMap(segment, count);
      values.put("base64", Base64.getEncoder().encodeToString(bytesForJson(segment, count)));
      streams().out().json(values);
    } else if (target == null) {
      var copy = new SegmentCopy(segment, Progress.on(streams(), count));
      copy.out(offset(), count, (at, bytes, used) -> streams().out().bytes(bytes, used));
    } else {
      try (OutputStream stream = Files.newOutputStream(target)) {
        var copy = new SegmentCopy(segment, Progress.on(streams(), count));
        copy.out(offset(), count, (at, bytes, used) -> stream.write(bytes, 0, used));
      }
    }
  }
}
