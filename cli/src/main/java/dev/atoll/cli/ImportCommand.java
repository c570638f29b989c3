/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.link.RsmError;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import java.io.IOException;
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
    synopsisSubcommandLabel = "(get | put | cp | watch | dump)",
    description = {
      "Use a segment that another process exports. Each command connects with the least right",
      "it needs: get, dump and watch for reading, put for reading and writing."
    },
    footer = {
      "",
      "Examples:",
      "  atoll import 1:0x600000 get --length 64",
      "  echo hello | atoll import 1:0x600000 put --offset 4096",
      "  atoll import 1:0x600000 cp copy.bin",
      "  atoll import 1:0x600000 watch --length 64",
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
        spec.commandLine(), "say what to do with the segment: get, put, cp, watch or dump");
  }

  SegmentName name() {
    SegmentName wanted = name;
    if (wanted == null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "NODE:ID is missing");
    }
    return wanted;
  }

  /** Connects for writing, with the right to read too if it is to be had, as that is faster. */
  void connectForWriting(SegmentCommand.Use use) throws IOException, InterruptedException {
    SegmentName wanted = name();
    try (Node node = directory.attach();
        ImportSegment segment = connectForWriting(node, wanted)) {
      use.accept(segment);
    }
  }

  private static ImportSegment connectForWriting(Node node, SegmentName wanted) {
    Controller loopback = node.controller("loopback");
    try {
      return loopback.connect(wanted.nodeId(), wanted.segmentId(), Permission.READ_WRITE);
    } catch (RsmException e) {
      if (e.error() != RsmError.PERM_DENIED) {
        throw e;
      }
      return loopback.connect(wanted.nodeId(), wanted.segmentId(), Permission.WRITE);
    }
  }

  void connect(Permission permission, SegmentCommand.Use use)
      throws IOException, InterruptedException {
    SegmentName wanted = name();
    try (Node node = directory.attach();
        ImportSegment segment =
            node.controller("loopback").connect(wanted.nodeId(), wanted.segmentId(), permission)) {
      use.accept(segment);
    }
  }
}
