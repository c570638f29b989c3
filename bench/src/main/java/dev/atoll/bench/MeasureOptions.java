/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every measuring command takes. */
final class MeasureOptions {
  private static final int QUICK_ROUNDS = 25;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "rounds of each trial; 31 at most from 16 MiB up (default: ${DEFAULT-VALUE})",
      defaultValue = "151")
  private int rounds;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "whole runs, each in fresh JVMs (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  private int runs;

  @Option(
      names = "--quick",
      description =
          "one run of " + QUICK_ROUNDS + " rounds without the largest sizes: a smoke test")
  private boolean isQuick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "of the order in which candidates take turns (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "on a disk, for the files that msync works on (default: ${DEFAULT-VALUE})",
      defaultValue = "${sys:java.io.tmpdir}")
  private Path directory = Path.of(".");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "also write one JSON object for each measurement of each run, one per line")
  private @Nullable Path json;

  int runs() {
    return isQuick ? 1 : runs;
  }

  @Nullable Path json() {
    return json;
  }

  Plan plan() {
    return new Plan(isQuick ? QUICK_ROUNDS : rounds, isQuick, seed, directory);
  }
}
