/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.link.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reports in the block styles of {@code lnetctl}, which has two: a wide one for what there is, and
 * a compact one for what an operation found out and for errors.
 */
final class ReportYaml {
  private static final int IN_FIELDS = 4;
  private static final int IN_ROWS = 6;

  /** What a reader of YAML would take for something else than this very text. */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          "|[-+]?(0[xo])?\\.?[0-9][0-9a-fA-F_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\\.(inf|nan)"
              + "|~|(?i:true|false|yes|no|on|off|null)"
              + "|[\\[\\]{}&*!|>'\"%@`#,?:-].*|.*:\\s.*|.*\\s#.*|.*:|\\s.*|.*\\s|.*\\p{Cntrl}.*",
          Pattern.DOTALL);

  private final boolean isCompact;
  private final List<String> lines = new ArrayList<>();

  private ReportYaml(boolean isCompact) {
    this.isCompact = isCompact;
  }

  /** The lines of {@code show} and {@code export}. */
  static List<String> wide(Report.Fields report) {
    return new ReportYaml(false).linesOf(report);
  }

  /** The lines of {@code ping} and {@code discover}, and of errors. */
  static List<String> compact(Report.Fields report) {
    return new ReportYaml(true).linesOf(report);
  }

  private List<String> linesOf(Report.Fields report) {
    fields(report, "", "", false);
    return lines;
  }

  /** Prints fields; the first of a row stands behind the row's dash. */
  private void fields(Report.Fields report, String first, String indent, boolean isInRows) {
    String lead = first;
    for (Map.Entry<String, Report> each : report.values().entrySet()) {
      field(lead + key(each.getKey()), each.getValue(), indent, isInRows);
      lead = indent;
    }
  }

  private void field(String head, Report value, String indent, boolean isInRows) {
    switch (value) {
      case Report.Nothing _ -> lines.add(head + ":");
      case Report.Text _, Report.Figure _, Report.Flag _ -> lines.add(head + ": " + scalar(value));
      case Report.Fields fields -> {
        if (fields.values().isEmpty()) {
          lines.add(head + ": {}");
        } else {
          lines.add(head + ":");
          String deeper = indent + " ".repeat(isCompact ? 2 : isInRows ? IN_ROWS : IN_FIELDS);
          fields(fields, deeper, deeper, isInRows);
        }
      }
      case Report.Rows rows -> {
        lines.add(head + (rows.rows().isEmpty() ? ": []" : ":"));
        rows.rows().forEach(row -> row(row, indent));
      }
    }
  }

  private void row(Report row, String indent) {
    String dash = isCompact ? "- " : "-" + " ".repeat(IN_ROWS - 1);
    if (row instanceof Report.Fields fields && !fields.values().isEmpty()) {
      fields(fields, indent + dash, indent + " ".repeat(dash.length()), true);
    } else {
      lines.add(indent + dash + scalar(row));
    }
  }

  private String scalar(Report value) {
    return switch (value) {
      case Report.Text text -> text(text.value());
      case Report.Figure figure -> Long.toString(figure.value());
      case Report.Flag flag -> Boolean.toString(flag.value());
      case Report.Nothing _ -> "~";
      case Report.Fields _ -> "{}";
      case Report.Rows _ -> "[]";
    };
  }

  private static String key(String name) {
    String shown = Escaped.text(name);
    return shown.equals(name) && (!AMBIGUOUS.matcher(name).matches() || isIndex(name))
        ? shown
        : doubleQuoted(name);
  }

  /** Interfaces are counted, and the counts are keys: {@code 0: eth0}. */
  private static boolean isIndex(String name) {
    return name.matches("[0-9]{1,5}");
  }

  private String text(String value) {
    boolean isHarmless = Escaped.text(value).equals(value);
    if (isHarmless && !AMBIGUOUS.matcher(value).matches()) {
      return value;
    }
    return isCompact && isHarmless ? "! '" + value.replace("'", "''") + "'" : doubleQuoted(value);
  }

  private static String doubleQuoted(String value) {
    return '"' + Escaped.text(value.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
  }
}
