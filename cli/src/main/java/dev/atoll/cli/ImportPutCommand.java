/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll import NODE:ID put}: copies bytes into a segment. */
@Command(
    name = "put",
    description = {
      "Copy a file, or standard input, into the segment. What does not fit is refused; of",
      "standard input the part that fits has then been written."
    },
    footer = {
      "",
      "Examples:",
      "  echo hello | atoll import 1:0x600000 put --offset 4096",
      "  atoll import 1:0x600000 put part --signal"
    })
final class ImportPutCommand extends SegmentCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "What to copy; - or nothing for standard input.")
  private String file = "-";

  @Option(names = "--signal", description = "Then post a signal to the exporter.")
  private boolean isSignalling;

  ImportPutCommand(Streams streams) {
    super(streams);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (file.equals("-")) {
      put(streams().in(), -1);
    } else {
      Path path = Path.of(file);
      try (InputStream source = Files.newInputStream(path)) {
        put(source, Files.size(path));
      }
    }
    return ExitCode.OK;
  }

  private void put(InputStream source, long sizeBytes) throws IOException, InterruptedException {
    connectForWriting(segment -> {
      if (sizeBytes >= 0) {
        requireInside(segment, offset(), sizeBytes);
      }
      var copy = new SegmentCopy(segment, Progress.on(streams(), sizeBytes));
      long ignored = copy.in(offset(), source, Long.MAX_VALUE);
      if (isSignalling) {
        segment.signals().post();
      }
    });
  }
}
