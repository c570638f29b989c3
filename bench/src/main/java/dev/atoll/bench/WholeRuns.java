/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs groups in JVMs of their own, prints the table, writes the JSON. */
final class WholeRuns {
  private final Plan plan;
  private final int runs;
  private final PrintStream out;

  WholeRuns(Plan plan, int runs, PrintStream out) {
    this.plan = plan;
    this.runs = runs;
    this.out = out;
  }

  /** Gives the exit code: 0 if every group of every run came to its end. */
  int run(List<Group> groups, @Nullable Path json) throws InterruptedException {
    Machine.describe(plan, runs).forEach(out::println);
    List<Row> rows = new ArrayList<>();
    boolean isWhole = true;
    for (int run = 1; run <= runs; run++) {
      for (Group group : groups) {
        System.err.println("run " + run + " of " + runs + ": " + group.name());
        isWhole &= collect(group, run, rows);
      }
    }
    out.println();
    groups.forEach(group -> out.println(group.name() + ": " + group.conditions()));
    out.println();
    new Table(rows, runs).lines().forEach(out::println);
    out.println();
    out.println("load after the last run: " + Machine.load());
    out.println("ratio: for ns and us less is better, for GB/s more");
    if (json != null) {
      write(rows, json);
    }
    return isWhole ? 0 : 1;
  }

  private boolean collect(Group group, int run, List<Row> rows) throws InterruptedException {
    String[] arguments = {
      "group",
      group.name(),
      "" + run,
      "" + plan.rounds(),
      "" + plan.isQuick(),
      "" + plan.seed(),
      plan.directory().toString()
    };
    var command = group.needsPeers() ? Peers.command(arguments) : Forked.command(arguments);
    try (Forked child = Forked.start(command, group.name(), group.environment())) {
      String line = child.readLine();
      while (line != null) {
        rows.add(Row.ofLine(line));
        line = child.readLine();
      }
      int code = child.awaitExit();
      if (code != 0) {
        out.println("group " + group.name() + " of run " + run + " failed: exit code " + code);
      }
      return code == 0;
    }
  }

  private static void write(List<Row> rows, Path json) {
    try {
      Files.write(json, rows.stream().map(Row::toJson).toList());
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + json, e);
    }
  }
}
