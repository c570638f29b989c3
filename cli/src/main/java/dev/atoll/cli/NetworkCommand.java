/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;
import dev.atoll.NetworkException;
import dev.atoll.link.Report;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * A command on a network. What the network refuses is said twice: on standard output as {@code
 * lnetctl} says it, for programs that read that, and on standard error as all of Atoll does.
 */
abstract class NetworkCommand implements Callable<Integer> {
  private final Streams streams;

  NetworkCommand(Streams streams) {
    this.streams = streams;
  }

  /** Where the network comes from. */
  abstract NetworkUse.Source source();

  /** The words of {@code lnetctl} for what is done and to what, such as manage and ping. */
  abstract Attempt attempt();

  /** Whether objects of JSON are wanted. */
  abstract boolean isJson();

  abstract int run(Network network) throws IOException, InterruptedException;

  /**
   * What {@code lnetctl} calls an attempt when it fails.
   *
   * @param action such as add
   * @param object such as net
   */
  record Attempt(String action, String object) {}

  final Streams streams() {
    return streams;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (NetworkUse use = source().open()) {
      return run(use.network());
    } catch (NetworkException e) {
      tell(e);
      throw e;
    }
  }

  /** Prints a failure as {@code lnetctl} does. */
  final void tell(NetworkException failure) {
    Report.Fields words =
        Report.fields()
            .rows(
                attempt().action(),
                List.of(
                    Report.fields()
                        .put(attempt().object(), new Report.Nothing())
                        .number("errno", -failure.errno().number())
                        .text("descr", String.valueOf(failure.getMessage()))
                        .build()))
            .build();
    print(words, true);
  }

  /** Prints a report in one of the two styles. */
  final void print(Report.Fields report, boolean isCompact) {
    if (isJson()) {
      streams.out().json(ReportJson.object(report));
    } else {
      List<String> lines = isCompact ? ReportYaml.compact(report) : ReportYaml.wide(report);
      lines.forEach(streams.out()::line);
    }
  }

  /** Leaves out values by their names, wherever they stand. */
  static Report without(Report report, Set<String> names) {
    return switch (report) {
      case Report.Fields fields -> fieldsWithout(fields, names);
      case Report.Rows rows ->
          new Report.Rows(rows.rows().stream().map(each -> without(each, names)).toList());
      case Report.Nothing _, Report.Text _, Report.Figure _, Report.Flag _ -> report;
    };
  }

  static Report.Fields fieldsWithout(Report.Fields fields, Set<String> names) {
    Report.FieldsBuilder kept = Report.fields();
    fields
        .values()
        .forEach((name, value) -> {
          if (!names.contains(name)) {
            kept.put(name, without(value, names));
          }
        });
    return kept.build();
  }

  /** Keeps the rows of a list that a filter takes. */
  static Report.Fields filtered(
      Report.Fields report, String list, java.util.function.Predicate<Report.Fields> filter) {
    return Report.fields()
        .rows(
            list,
            report.rows(list).stream()
                .filter(row -> row instanceof Report.Fields fields && filter.test(fields))
                .toList())
        .build();
  }
}
