/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.cli.tour.Tour;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll tour}: the main job in ten seconds. */
@Command(
    name = "tour",
    description = {
      "See it work, in about ten seconds: a file becomes a persistent shared segment; a second",
      "process maps it, reads, writes and signals; a third may only read and is refused a write;",
      "the owner is killed in the middle of writing; the others see that; it restarts, and all",
      "that was promised is there. It needs no set-up, no root, and leaves nothing behind.",
      "",
      "Its files lie in a private directory below $TMPDIR, else /tmp."
    },
    footer = {
      "",
      "Examples:",
      "  atoll tour                    with the text of the licence",
      "  atoll tour README.md          with a file of yours, which is only read",
      "  atoll tour --json             the same as one JSON object",
      "",
      "Exit codes: 0 all checks held, 1 one did not, 71 not enough memory, 130 interrupted."
    })
final class TourCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file to begin with, up to 1 GiB. Default: the text of the licence.")
  private @Nullable Path file;

  @Option(names = "--keep", description = "Keep the directory, and print where it is.")
  private boolean isKept;

  @Option(names = "--json", description = "One JSON object at the end instead of the story.")
  private boolean isJson;

  TourCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return new Tour(streams, file, isKept, isJson).run();
  }
}
