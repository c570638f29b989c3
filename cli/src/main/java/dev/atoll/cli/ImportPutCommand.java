/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

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
final class ImportPutCommand implements Callable<Integer> {
  private static final int PIECE_BYTES = 1 << 20;

  private final Streams streams;

  @ParentCommand private @Nullable ImportCommand parent;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "What to copy; - or nothing for standard input.")
  private String file = "-";

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      defaultValue = "0",
      description = "Where to. Default: 0.")
  private long offset;

  @Option(names = "--signal", description = "Then post a signal to the exporter.")
  private boolean isSignalling;

  ImportPutCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (file.equals("-")) {
      connect(streams.in(), -1);
    } else {
      Path path = Path.of(file);
      try (InputStream source = Files.newInputStream(path)) {
        connect(source, Files.size(path));
      }
    }
    return ExitCode.OK;
  }

  private void connect(InputStream source, long sizeBytes) {
    Objects.requireNonNull(parent)
        .connect(
            // Not WRITE alone: a mapped descriptor can not grant writing without reading.
            Permission.READ_WRITE,
            (name, segment) -> {
              if (sizeBytes >= 0) {
                requireRoom(segment, offset, sizeBytes);
              }
              try {
                copy(source, segment);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              if (isSignalling) {
                segment.signals().post();
              }
            });
  }

  private void copy(InputStream source, ImportSegment segment) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    MemorySegment memory = MemorySegment.ofArray(piece);
    long at = offset;
    for (int count = source.read(piece); count >= 0; count = source.read(piece)) {
      requireRoom(segment, at, count);
      segment.put(at, memory, 0, count);
      at += count;
    }
  }

  private static void requireRoom(ImportSegment segment, long at, long count) {
    long ignored = ImportCommand.lengthIn(segment, at, count);
    assert ignored == count;
  }
}
