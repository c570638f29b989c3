/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.cli.ExitCode;
import dev.atoll.cli.Streams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll tour-role}: a child of the tour; not for people. */
@Command(name = "tour-role", hidden = true, description = "A process of the tour.")
public final class RoleCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(index = "0", paramLabel = "ROLE")
  private Role role = Role.IMPORTER;

  @Option(names = "--dir", required = true)
  private Path directory = Path.of("");

  @Option(names = "--file", required = true)
  private Path file = Path.of("");

  @Option(names = "--id", required = true)
  private int segmentId;

  /** Which child. */
  enum Role {
    EXPORTER,
    IMPORTER
  }

  /**
   * Makes the command.
   *
   * @param streams of the process; standard input is the leash
   */
  public RoleCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var loop = new RoleLoop(streams.in(), streams.out());
    switch (role) {
      case EXPORTER -> {
        try (var exporter = new ExporterRole(directory, file, segmentId, streams.out())) {
          exporter.addTo(loop).run();
        }
      }
      case IMPORTER -> {
        try (var importer = new ImporterRole(directory, file, segmentId, streams.out())) {
          importer.addTo(loop).run();
        }
      }
    }
    return ExitCode.OK;
  }
}
