/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The rows of all runs, one line for each measurement. */
final class Table {
  private final List<List<Row>> measurements = new ArrayList<>();
  private final int runs;

  Table(Collection<Row> rows, int runs) {
    this.runs = runs;
    for (Row row : rows) {
      add(row);
    }
  }

  private void add(Row row) {
    for (List<Row> same : measurements) {
      if (same.getFirst().isSameMeasurement(row)) {
        same.add(row);
        return;
      }
    }
    measurements.add(new ArrayList<>(List.of(row)));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(line("measurement", "size", "mode", "value", "unit"));
    for (int run = 1; run <= runs; run++) {
      head.append(String.format(Locale.ROOT, "  %-18s", "ratio, run " + run));
    }
    lines.add(head.append("  peer").toString().stripTrailing());
    for (List<Row> same : measurements) {
      lines.add(line(same));
    }
    return lines;
  }

  private static String line(List<Row> same) {
    Row first = same.getFirst();
    if (!first.reason().isEmpty()) {
      return line(first.name(), size(first.size()), first.mode(), "skipped", "")
          + "  "
          + first.reason();
    }
    double value = Samples.median(same.stream().mapToDouble(Row::value).toArray());
    StringBuilder line =
        new StringBuilder(
            line(first.name(), size(first.size()), first.mode(), number(value), first.unit()));
    for (Row row : same) {
      line.append(String.format(Locale.ROOT, "  %-18s", ratio(row)));
    }
    return line.append("  ").append(first.peer()).toString().stripTrailing();
  }

  private static String line(String name, String size, String mode, String value, String unit) {
    return String.format(Locale.ROOT, "%-44s %8s  %-22s %9s %-4s", name, size, mode, value, unit);
  }

  private static String ratio(Row row) {
    return Double.isNaN(row.ratio())
        ? "-"
        : String.format(Locale.ROOT, "%.3f (%.2f-%.2f)", row.ratio(), row.low(), row.high());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  private static String size(long bytes) {
    if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
      return (bytes >> 20) + " MiB";
    }
    if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) {
      return (bytes >> 10) + " KiB";
    }
    return bytes == 0 ? "-" : bytes + " B";
  }
}
