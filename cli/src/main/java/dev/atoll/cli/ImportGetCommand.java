/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code atoll import NODE:ID get}: copies bytes out of a segment. */
@Command(
    name = "get",
    description = "Copy bytes out of the segment to standard output or a file.",
    footer = {"", "Example:", "  atoll import 1:0x600000 get --offset 4k --length 100 -o part"})
final class ImportGetCommand implements Callable<Integer> {
  private static final int PIECE_BYTES = 1 << 20;

  private final Streams streams;

  @ParentCommand private @Nullable ImportCommand parent;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      defaultValue = "0",
      description = "First byte. Default: 0.")
  private long offset;

  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How many. Default: all to the end.")
  private @Nullable Long length;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write there, replacing the file, instead of standard output.")
  private @Nullable Path output;

  @Option(names = "--json", description = "One JSON object, with the bytes in base64.")
  private boolean isJson;

  ImportGetCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    java.util.Objects.requireNonNull(parent).connect(Permission.READ, this::get);
    return ExitCode.OK;
  }

  private void get(SegmentName name, ImportSegment segment) {
    long count = ImportCommand.lengthIn(segment, offset, length);
    Path target = output;
    if (isJson) {
      streams.out().json(toMap(name, segment, count));
    } else if (target == null) {
      copy(segment, count, streams.out()::bytes);
    } else {
      write(segment, count, target);
    }
  }

  private void write(ImportSegment segment, long count, Path target) {
    try (OutputStream stream = Files.newOutputStream(target)) {
      copy(
          segment,
          count,
          bytes -> {
            try {
              stream.write(bytes);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(ImportSegment segment, long count, java.util.function.Consumer<byte[]> sink) {
    byte[] piece = new byte[(int) Math.min(count, PIECE_BYTES)];
    MemorySegment memory = MemorySegment.ofArray(piece);
    for (long done = 0; done < count; ) {
      int now = (int) Math.min(piece.length, count - done);
      segment.get(offset + done, memory, 0, now);
      sink.accept(now == piece.length ? piece : Arrays.copyOf(piece, now));
      done += now;
    }
  }

  private Map<String, Object> toMap(SegmentName name, ImportSegment segment, long count) {
    byte[] all = new byte[Math.toIntExact(count)];
    segment.get(offset, MemorySegment.ofArray(all));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("segment", name.toString());
    values.put("sizeBytes", segment.size());
    values.put("kind", segment.kind().name());
    values.put("offset", offset);
    values.put("lengthBytes", count);
    values.put("base64", Base64.getEncoder().encodeToString(all));
    return values;
  }
}
