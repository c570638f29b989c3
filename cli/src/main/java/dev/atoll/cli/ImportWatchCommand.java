/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.SignalOutcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atoll import NODE:ID watch}: tells changes of a segment, or its signals. */
@Command(
    name = "watch",
    description = {
      "Tell changes of a range as they are seen, a line for each run of changed bytes: time,",
      "offset, old bytes -> new bytes. What changes and changes back between two looks is not",
      "seen. With --signals tell the signals that the exporter posts instead; none is missed.",
      "It first prints `watching NODE:ID OFFSET LENGTH`, and ends with SIGINT, after --count",
      "lines, or after --timeout."
    },
    footer = {
      "",
      "Examples:",
      "  atoll import 1:0x600000 watch --length 64",
      "  atoll import 1:0x600000 watch --signals --count 1 --timeout 10s && echo signalled",
      "",
      "Exit code 1 with RSMERR_TIMEOUT if the time is over before --count lines were printed."
    })
final class ImportWatchCommand extends SegmentCommand {
  private static final long LENGTH_DEFAULT = 4096;
  private static final long LENGTH_MAX = 16L << 20;
  private static final Duration INTERVAL_DEFAULT = Duration.ofMillis(100);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How many bytes, at most 16m. Default: 4096 or all to the end.")
  private @Nullable Long length;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "How long between two looks: 250ms, 5s, 2m. Default: 100ms.")
  private @Nullable Duration interval;

  @Option(names = "--signals", description = "Wait for the exporter's signals, not for changes.")
  private boolean isForSignals;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many lines. Default: go on.")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "End after that time. Default: go on.")
  private @Nullable Duration timeout;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean isJson;

  private long told;

  ImportWatchCommand(Streams streams) {
    super(streams);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (isForSignals && (interval != null || length != null || offset() != 0)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--signals goes without --offset, --length and --interval");
    }
    if (count != null && count <= 0) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--count must be positive");
    }
    Duration bound = timeout == null ? Duration.ofSeconds(-1) : timeout;
    Deadline deadline = Deadline.after(Clock.system(), bound);
    if (isForSignals) {
      connect(Permission.NONE, segment -> watchSignals(segment, deadline));
    } else {
      connect(Permission.READ, segment -> watchRange(segment, deadline));
    }
    if (count != null && told < count) {
      throw new Refusal(
          ExitCode.FAILED,
          "RSMERR_TIMEOUT",
          told + " of " + count + " lines in the time of --timeout");
    }
    return ExitCode.OK;
  }

  private void watchRange(ImportSegment segment, Deadline deadline) throws InterruptedException {
    int wanted = (int) boundedLength(segment);
    byte[] now = new byte[wanted];
    MemorySegment memory = MemorySegment.ofArray(now);
    segment.get(offset(), memory);
    var changes = new RangeChanges(offset(), now);
    begin(wanted);
    long stepNanos = (interval == null ? INTERVAL_DEFAULT : interval).toNanos();
    while (!isDone() && !deadline.isReached()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(stepNanos, deadline.remainingNanos()));
      segment.get(offset(), memory);
      String time = Instant.now().toString();
      for (RangeChanges.Change change : changes.update(now)) {
        if (!isDone()) {
          tell(time, change);
        }
      }
    }
  }

  private long boundedLength(ImportSegment segment) {
    Long asked = length;
    long wanted = asked == null ? LENGTH_DEFAULT : asked;
    if (wanted > LENGTH_MAX) {
      throw new Refusal(
          ExitCode.FAILED,
          "RSMERR_BAD_LENGTH",
          "--length " + wanted + " is more than the " + LENGTH_MAX + " that can be watched");
    }
    return asked == null ? Math.min(wanted, lengthIn(segment, null)) : lengthIn(segment, asked);
  }

  private void watchSignals(ImportSegment segment, Deadline deadline) throws InterruptedException {
    begin(0);
    while (!isDone()) {
      Duration rest =
          deadline.isForever()
              ? Duration.ofSeconds(-1)
              : Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
      SignalOutcome outcome = segment.signals().await(rest);
      switch (outcome) {
        case RECEIVED -> tellSignal();
        case TIMED_OUT -> {
          return;
        }
        case DISCONNECTED ->
            throw new Refusal(
                ExitCode.FAILED,
                "RSMERR_CONN_ABORTED",
                "the exporter has withdrawn the segment or died, or the device has gone");
      }
    }
  }

  private boolean isDone() {
    return count != null && told >= count;
  }

  private void begin(long lengthBytes) {
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("watching", name().toString());
      values.put("offset", offset());
      values.put("lengthBytes", lengthBytes);
      values.put("signals", isForSignals);
      streams().out().json(values);
    } else {
      String what = isForSignals ? "signals" : offset() + " " + lengthBytes;
      streams().out().line("watching " + name() + " " + what);
    }
  }

  private void tell(String time, RangeChanges.Change change) {
    told++;
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("time", time);
      values.put("offset", change.offset());
      values.put("old", change.was());
      values.put("new", change.is());
      streams().out().json(values);
    } else {
      streams().out().format("%s %08x %s -> %s", time, change.offset(), change.was(), change.is());
    }
  }

  private void tellSignal() {
    told++;
    String time = Instant.now().toString();
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("time", time);
      values.put("signal", told);
      streams().out().json(values);
    } else {
      streams().out().line(time + " signal " + told);
    }
  }
}
