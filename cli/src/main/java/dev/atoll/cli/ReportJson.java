/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.link.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reports as JSON: the names are the same as in YAML. */
final class ReportJson {
  private ReportJson() {}

  static Map<String, Object> object(Report.Fields report) {
    Map<String, Object> object = new LinkedHashMap<>();
    report.values().forEach((name, value) -> object.put(name, valueOf(value)));
    return object;
  }

  @SuppressWarnings("NullAway") // JSON has a null for nothing, and so have its maps and lists
  private static Object valueOf(Report value) {
    return switch (value) {
      case Report.Nothing _ -> nothing();
      case Report.Text text -> text.value();
      case Report.Figure figure -> figure.value();
      case Report.Flag flag -> flag.value();
      case Report.Fields fields -> object(fields);
      case Report.Rows rows -> {
        List<Object> list = new ArrayList<>();
        rows.rows().forEach(row -> list.add(valueOf(row)));
        yield list;
      }
    };
  }

  private static @Nullable Object nothing() {
    return null;
  }
}
