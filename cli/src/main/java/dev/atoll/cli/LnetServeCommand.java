/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.link.LinkException;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll lnet serve}: memory behind a portal of this node, and what happens to it. */
@Command(
    name = "serve",
    description = {
      "Put a copy of a file, or empty memory, behind a portal of this node until told to stop, and",
      "print a line for each message that used it. It prints `serving PORTAL BITS SIZE` first."
    },
    footer = {
      "",
      "Examples:",
      "  atoll lnet serve 40 0x17 page.html",
      "  atoll lnet serve 40 0x17 --size 64k --append -o received --count 10",
      "  atoll lnet serve 40 0 --ignore 0xffffffffffffffff --size 1m --nid 127.0.0.2@tcp"
    })
final class LnetServeCommand extends NetworkCommand {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NetworkOption network = new NetworkOption();

  @Parameters(index = "0", paramLabel = "PORTAL", description = "The portal, 1 to 63.")
  private int portal;

  @Parameters(
      index = "1",
      paramLabel = "BITS",
      converter = NetworkText.Bits.class,
      description = "The match bits, decimal or 0x hexadecimal.")
  private long bits;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "FILE",
      description = "What the memory begins with; the file itself is not changed.")
  private @Nullable Path file;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How much memory. Default: as the file, or 1m.")
  private @Nullable Long size;

  @Option(
      names = "--ignore",
      paramLabel = "BITS",
      converter = NetworkText.Bits.class,
      defaultValue = "0",
      description = "Which match bits do not matter. Default: none.")
  private long ignored;

  @Option(names = "--from", paramLabel = "NID", description = "Only for that node.")
  private String from = "*";

  @Option(names = "--read-only", description = "Nobody may put.")
  private boolean isReadOnly;

  @Option(names = "--write-only", description = "Nobody may get.")
  private boolean isWriteOnly;

  @Option(
      names = "--append",
      description = "Each message goes behind the one before; else the sender says where.")
  private boolean isAppending;

  @Option(names = "--exact", description = "Drop what is too long instead of cutting it.")
  private boolean isExact;

  @Option(names = "--count", paramLabel = "N", description = "End after so many messages.")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = NetworkText.Seconds.class,
      description = "End after that time. Default: go on.")
  private @Nullable Duration timeout;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "At the end write the memory there, replacing the file.")
  private @Nullable Path output;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean isJson;

  @Option(
      names = "--stop-with-stdin",
      description = "Also end when standard input ends, so that it dies with its starter.")
  private boolean isLeashed;

  private long told;

  LnetServeCommand(Streams streams) {
    super(streams);
  }

  @Override
  NetworkUse.Source source() {
    return network;
  }

  @Override
  Attempt attempt() {
    return new Attempt("manage", "serve");
  }

  @Override
  boolean isJson() {
    return isJson;
  }

  @Override
  int run(Network used) throws IOException {
    if ((isReadOnly && isWriteOnly) || (count != null && count <= 0)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--read-only and --write-only exclude each other; --count is positive");
    }
    Path source = file;
    byte[] content = source == null ? new byte[0] : Files.readAllBytes(source);
    Long asked = size;
    long bytes =
        asked != null ? asked : source == null ? NetworkOrder.PAYLOAD_BYTES_MAX : content.length;
    if (bytes < content.length || bytes > NetworkOrder.SERVED_BYTES_MAX) {
      throw new Refusal(
          ExitCode.FAILED,
          "EFBIG",
          "the memory of "
              + bytes
              + " bytes must hold the file's "
              + content.length
              + " and have at most "
              + NetworkOrder.SERVED_BYTES_MAX);
    }
    var order =
        new NetworkOrder.Serve(
            portal,
            new NetworkOrder.Match(from, bits, ignored),
            bytes,
            new NetworkOrder.Allows(!isReadOnly, !isWriteOnly, isAppending, !isExact));
    long number = used.ask(order, content).number("number");
    StopRequest stop = StopRequest.watch(isLeashed ? streams().in() : null);
    try (stop) {
      begin(bytes);
      watch(used, number);
      save(used, number, bytes);
    }
    return ExitCode.OK;
  }

  private void begin(long bytes) {
    String words = portal + " 0x" + Long.toHexString(bits) + " " + bytes;
    if (isJson) {
      streams().out().json(java.util.Map.of("serving", words));
    } else {
      streams().out().line("serving " + words);
    }
  }

  /** Until it is told to stop, has seen enough, or its time is over. */
  private void watch(Network used, long number) {
    Duration bound = timeout;
    Deadline deadline =
        Deadline.after(Clock.system(), bound == null ? Duration.ofSeconds(-1) : bound);
    while ((count == null || told < count) && !deadline.isReached()) {
      long wait = Math.max(1, Math.min(LOOK_NANOS, deadline.remainingNanos()));
      Report.Fields answer;
      try {
        answer = used.ask(new NetworkOrder.Events(number, wait));
      } catch (LinkException e) {
        if (!Thread.interrupted()) {
          throw e;
        }
        return;
      }
      if (answer.number("lost") > 0) {
        streams().err().println("atoll: serve: " + answer.number("lost") + " events were lost");
      }
      answer.rows("events").forEach(this::tell);
      if (Thread.interrupted()) {
        return;
      }
    }
  }

  private void tell(Report row) {
    if (!(row instanceof Report.Fields event) || (count != null && told >= count)) {
      return;
    }
    told++;
    if (isJson) {
      streams().out().json(ReportJson.object(event));
      return;
    }
    streams()
        .out()
        .line(
            Escaped.text(
                String.format(
                    Locale.ROOT,
                    "%s %s bits %s offset %d length %d of %d data %s status %d%s",
                    event.text("type"),
                    event.text("initiator"),
                    event.text("match bits"),
                    event.number("offset"),
                    event.number("length"),
                    event.number("requested"),
                    event.text("header data"),
                    event.number("status"),
                    event.get("unlinked").equals(new Report.Flag(true)) ? " unlinked" : "")));
  }

  private void save(Network used, long number, long bytes) throws IOException {
    Path target = output;
    if (target == null) {
      return;
    }
    try (OutputStream stream = Files.newOutputStream(target)) {
      for (long at = 0; at < bytes; at += NetworkOrder.PAYLOAD_BYTES_MAX) {
        int step = (int) Math.min(NetworkOrder.PAYLOAD_BYTES_MAX, bytes - at);
        stream.write(used.fetch(new NetworkOrder.Peek(number, at, step)));
      }
    }
  }
}
