/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.base.Ranges;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What the commands below {@code atoll import NODE:ID} share: the segment and a place in it. */
abstract class SegmentCommand implements Callable<Integer> {
  /** What JSON may carry: it is made in one piece. */
  private static final long JSON_BYTES_MAX = 256L << 20;

  private final Streams streams;

  @ParentCommand private @Nullable ImportCommand parent;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      defaultValue = "0",
      description = "First byte of the segment. Default: 0.")
  private long offset;

  SegmentCommand(Streams streams) {
    this.streams = streams;
  }

  /** What a command does with the connected segment. */
  @FunctionalInterface
  interface Use {
    void accept(ImportSegment segment) throws IOException, InterruptedException;
  }

  final Streams streams() {
    return streams;
  }

  final long offset() {
    return offset;
  }

  final SegmentName name() {
    return Objects.requireNonNull(parent).name();
  }

  /** Connects with the least right that is needed, and disconnects afterwards. */
  final void connect(Permission permission, Use use) throws IOException, InterruptedException {
    Objects.requireNonNull(parent).connect(permission, use);
  }

  /** Connects with the right to write, and disconnects afterwards. */
  final void connectForWriting(Use use) throws IOException, InterruptedException {
    Objects.requireNonNull(parent).connectForWriting(use);
  }

  /** How many bytes a command is about: what was asked for, or all from the offset on. */
  final long lengthIn(ImportSegment segment, @Nullable Long asked) {
    long length = asked == null ? Math.max(0, segment.size() - offset) : asked;
    requireInside(segment, offset, length);
    return length;
  }

  static void requireInside(ImportSegment segment, long at, long count) {
    if (!Ranges.contains(at, count, segment.size())) {
      throw new Refusal(
          ExitCode.FAILED,
          "RSMERR_BAD_OFFSET",
          "offset "
              + at
              + " and length "
              + count
              + " lie outside the segment of "
              + segment.size()
              + " bytes");
    }
  }

  /** Copies a range that is to go into one JSON object. */
  final byte[] bytesForJson(ImportSegment segment, long count) {
    if (count > JSON_BYTES_MAX) {
      throw new Refusal(
          ExitCode.FAILED,
          "RSMERR_BAD_LENGTH",
          count
              + " bytes are more than the "
              + JSON_BYTES_MAX
              + " that --json carries; give a --length, or leave --json out");
    }
    byte[] all = new byte[(int) count];
    segment.get(offset, MemorySegment.ofArray(all));
    return all;
  }

  /** The beginning of every JSON object about a range. */
  final Map<String, Object> toMap(ImportSegment segment, long count) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("segment", name().toString());
    values.put("sizeBytes", segment.size());
    values.put("kind", segment.kind().name());
    values.put("offset", offset);
    values.put("lengthBytes", count);
    return values;
  }
}
