/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.base.Ranges;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll import}: uses a segment that another process exports. */
@Command(
    name = "import",
    synopsisSubcommandLabel = "(get | put | dump)",
    description = {
      "Use a segment that another process exports. Each command connects with the least right",
      "it needs: get and dump for reading, put for reading and writing."
    },
    footer = {
      "",
      "Examples:",
      "  atoll import 1:0x600000 get --length 64",
      "  echo hello | atoll import 1:0x600000 put --offset 4096",
      "  atoll import 1:0x600000 dump --length 256"
    })
final class ImportCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Parameters(
      index = "0",
      paramLabel = "NODE:ID",
      converter = SegmentName.Converter.class,
      description = "The segment, as `atoll export` prints it.")
  private @Nullable SegmentName name;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do with the segment: get, put or dump");
  }

  /** What the three commands do with the connected segment. */
  interface Use {
    void accept(SegmentName name, ImportSegment segment);
  }

  void connect(Permission permission, Use use) {
    SegmentName wanted = name;
    if (wanted == null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "NODE:ID is missing");
    }
    try (Node node = directory.attach();
        ImportSegment segment =
            node.controller("loopback").connect(wanted.nodeId(), wanted.segmentId(), permission)) {
      use.accept(wanted, segment);
    }
  }

  /** How many bytes a command is about: what was asked for, or all from the offset on. */
  static long lengthIn(ImportSegment segment, long offset, @Nullable Long asked) {
    long size = segment.size();
    long length = asked == null ? Math.max(0, size - offset) : asked;
    if (!Ranges.contains(offset, length, size)) {
      throw new Refusal(
          ExitCode.FAILED,
          "RSMERR_BAD_OFFSET",
          "offset "
              + offset
              + " and length "
              + length
              + " lie outside the segment of "
              + size
              + " bytes");
    }
    return length;
  }
}
