/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll import NODE:ID cp}: copies a segment to a file or a file into a segment. */
@Command(
    name = "cp",
    description = {
      "Copy the segment, or a range of it, to FILE, which comes to be whole or not at all; or",
      "with --from, copy a file into the segment, which is not: other programs see it grow.",
      "What takes longer than a second shows its progress if standard error is a terminal."
    },
    footer = {
      "",
      "Examples:",
      "  atoll import 1:0x600000 cp copy.bin --sparse",
      "  atoll import 1:0x600000 cp - | gzip > copy.gz",
      "  atoll import 1:0x600000 cp --from copy.bin --offset 1m --signal"
    })
final class ImportCpCommand extends SegmentCommand {
  private static final String STANDARD = "-";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where to; - for standard output.")
  private @Nullable String target;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Copy this into the segment instead; - for standard input.")
  private @Nullable String source;

  @Option(
      names = "--length",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How many. Default: all to the end, of the segment or of the source.")
  private @Nullable Long length;

  @Option(names = "--sparse", description = "Make holes of blocks of zeros; FILE only.")
  private boolean isSparse;

  @Option(names = "--force", description = "Replace FILE if it exists.")
  private boolean isForced;

  @Option(names = "--signal", description = "With --from: then post a signal to the exporter.")
  private boolean isSignalling;

  ImportCpCommand(Streams streams) {
    super(streams);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    String to = target;
    String from = source;
    if ((to == null) == (from == null)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say either FILE to copy to or --from FILE to copy from");
    }
    boolean isMixed = to == null ? isSparse || isForced : isSignalling;
    if (isMixed) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--sparse and --force go with FILE, --signal goes with --from");
    }
    if (to != null) {
      copyOut(to);
    } else if (from != null) {
      copyIn(from);
    }
    return ExitCode.OK;
  }

  private void copyOut(String to) throws IOException, InterruptedException {
    if (to.equals(STANDARD)) {
      connect(Permission.READ, segment -> copyOut(segment, to));
      return;
    }
    // SIGINT and SIGTERM interrupt the copy, so that no half file stays. Copies that leave no file
    // are not watched: reading and writing a standard stream can wait, and no interrupt ends that.
    StopRequest stop = StopRequest.watch(null);
    try (stop) {
      connect(Permission.READ, segment -> copyOut(segment, to));
    }
  }

  private void copyOut(ImportSegment segment, String to) throws IOException, InterruptedException {
    long count = lengthIn(segment, length);
    var copy = new SegmentCopy(segment, Progress.on(streams(), count));
    if (to.equals(STANDARD)) {
      copy.out(offset(), count, (at, bytes, used) -> streams().out().bytes(bytes, used));
      return;
    }
    try (FileTarget file = FileTarget.begin(Path.of(to), isForced, isSparse)) {
      copy.out(offset(), count, file::write);
      file.commit();
    }
  }

  private void copyIn(String from) throws IOException, InterruptedException {
    if (from.equals(STANDARD)) {
      copyInStream(streams().in());
      return;
    }
    Path path = Path.of(from);
    try (InputStream stream = Files.newInputStream(path)) {
      long size = Files.isRegularFile(path) ? Files.size(path) : 0;
      if (size == 0) {
        // A pipe, or a file of procfs: its size says nothing.
        copyInStream(stream);
        return;
      }
      long count = length == null ? size : length;
      if (count > size) {
        throw new Refusal(
            ExitCode.FAILED,
            "RSMERR_BAD_LENGTH",
            path + " has " + size + " bytes, fewer than --length " + count);
      }
      copyIn(stream, count, false);
    }
  }

  private void copyInStream(InputStream stream) throws IOException, InterruptedException {
    Long asked = length;
    copyIn(stream, asked == null ? Long.MAX_VALUE : asked, asked == null);
  }

  private void copyIn(InputStream stream, long most, boolean isOpenEnded)
      throws IOException, InterruptedException {
    connectForWriting(segment -> {
      if (!isOpenEnded) {
        requireInside(segment, offset(), most);
      }
      var copy = new SegmentCopy(segment, Progress.on(streams(), isOpenEnded ? -1 : most));
      long done = copy.in(offset(), stream, most);
      if (!isOpenEnded && done < most) {
        throw new Refusal(
            ExitCode.FAILED,
            "RSMERR_BAD_LENGTH",
            "the source ended after " + done + " of " + most + " bytes, which are written");
      }
      if (isSignalling) {
        segment.signals().post();
      }
    });
  }
}
