/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code atoll import NODE:ID dump}: shows bytes of a segment. */
@Command(
    name = "dump",
    description = "Show bytes of the segment, sixteen to a line; a * stands for equal lines.",
    footer = {"", "Example:", "  atoll import 1:0x600000 dump --length 256"})
final class ImportDumpCommand extends SegmentCommand {
  private static final int LINE_BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();

  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How many. Default: all to the end.")
  private @Nullable Long length;

  @Option(names = "--json", description = "One JSON object, with the bytes in hexadecimal.")
  private boolean isJson;

  ImportDumpCommand(Streams streams) {
    super(streams);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    connect(Permission.READ, this::dump);
    return ExitCode.OK;
  }

  private void dump(ImportSegment segment) {
    long count = lengthIn(segment, length);
    if (isJson) {
      Map<String, Object> values = toMap(segment, count);
      values.put("hex", HEX.formatHex(bytesForJson(segment, count)));
      streams().out().json(values);
    } else {
      print(segment, count);
    }
  }

  private void print(ImportSegment segment, long count) {
    byte[] before = new byte[0];
    boolean isSqueezing = false;
    for (long done = 0; done < count; done += LINE_BYTES) {
      byte[] line = new byte[(int) Math.min(LINE_BYTES, count - done)];
      segment.get(offset() + done, MemorySegment.ofArray(line));
      boolean isSame = Arrays.equals(line, before);
      if (!isSame) {
        streams().out().line(text(offset() + done, line));
      } else if (!isSqueezing) {
        streams().out().line("*");
      }
      isSqueezing = isSame;
      before = line;
    }
    streams().out().format("%08x", offset() + count);
  }

  static String text(long at, byte[] line) {
    StringBuilder text = new StringBuilder(String.format("%08x  ", at));
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < LINE_BYTES; i++) {
      if (i < line.length) {
        text.append(HEX.toHexDigits(line[i])).append(' ');
        letters.append(line[i] >= ' ' && line[i] < 127 ? (char) line[i] : '.');
      } else {
        text.append("   ");
      }
      if (i == LINE_BYTES / 2 - 1) {
        text.append(' ');
      }
    }
    return text.append(" |").append(letters).append('|').toString();
  }
}
