/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows of named values as lines with aligned columns; names that end in Bytes lose that. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<List<String>> lines = new ArrayList<>();

  /**
   * Lays the rows out.
   *
   * @param rows all with the same names
   */
  TextTable(List<? extends Map<String, Object>> rows) {
    for (Map<String, Object> row : rows) {
      if (lines.isEmpty()) {
        lines.add(row.keySet().stream().map(TextTable::heading).toList());
      }
      lines.add(row.values().stream().map(TextTable::cell).toList());
    }
  }

  private static String heading(String name) {
    return name.replaceAll("Bytes$", "").toUpperCase(Locale.ROOT);
  }

  private static String cell(Object value) {
    String text = String.valueOf(value);
    return text.isEmpty() ? "-" : text;
  }

  List<String> lines() {
    List<String> result = new ArrayList<>();
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        text.append(line.get(column));
        if (column < line.size() - 1) {
          text.repeat(' ', width(column) - line.get(column).length()).append(GAP);
        }
      }
      result.add(text.toString());
    }
    return result;
  }

  private int width(int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }
}
