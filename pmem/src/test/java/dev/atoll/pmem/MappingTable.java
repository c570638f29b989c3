/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The table below one heading of docs/mapping.md: C name, Java member, test. */
final class MappingTable {
  private static final Pattern MEMBER = Pattern.compile("([\\w.$]+)#(\\w+)\\(([^)]*)\\)");
  private static final Pattern TEST = Pattern.compile("(\\w+)#(\\w+)");
  private static final int COLUMNS = 3;

  record Row(String name, String member, String test) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  MappingTable(String markdown, String heading) {
    boolean isInside = false;
    for (String line : markdown.split("\n", -1)) {
      if (line.startsWith("## ")) {
        isInside = line.equals("## " + heading);
      } else if (isInside && line.startsWith("|")) {
        addRow(line);
      }
    }
  }

  List<Row> rows() {
    return rows;
  }

  /** Everything that is wrong with the table, given the names that it must have. */
  List<String> problems(Set<String> names) {
    List<String> found = new ArrayList<>(problems);
    Set<String> missing = new HashSet<>(names);
    for (Row row : rows) {
      if (!names.contains(row.name)) {
        found.add("extra: " + row.name);
      } else if (!missing.remove(row.name)) {
        found.add("twice: " + row.name);
      }
      checkMember(row, found);
      checkTest(row, found);
    }
    missing.forEach(name -> found.add("missing: " + name));
    return found;
  }

  private void addRow(String line) {
    String[] cells = line.substring(1).split("\\|", -1);
    if (cells.length != COLUMNS + 1) {
      problems.add("not " + COLUMNS + " columns: " + line);
      return;
    }
    List<String> texts = Arrays.stream(cells).map(cell -> cell.strip().replace("`", "")).toList();
    if (!texts.get(0).equals("C name") && !texts.get(0).startsWith("---")) {
      rows.add(new Row(texts.get(0), texts.get(1), texts.get(2)));
    }
  }

  private static void checkMember(Row row, List<String> found) {
    Matcher parts = MEMBER.matcher(row.member);
    if (!parts.matches()) {
      found.add("no member: " + row);
      return;
    }
    try {
      List<Class<?>> types = new ArrayList<>();
      for (String type : parts.group(3).isEmpty() ? new String[0] : parts.group(3).split(",", -1)) {
        types.add(typeOf(type.strip()));
      }
      Class.forName(parts.group(1)).getMethod(parts.group(2), types.toArray(Class<?>[]::new));
    } catch (ReflectiveOperationException e) {
      found.add("no such member: " + row.member + " (" + e + ")");
    }
  }

  private static Class<?> typeOf(String name) throws ClassNotFoundException {
    if (name.endsWith("[]")) {
      return typeOf(name.substring(0, name.length() - 2)).arrayType();
    }
    return switch (name) {
      case "int" -> int.class;
      case "long" -> long.class;
      case "boolean" -> boolean.class;
      default -> Class.forName(name);
    };
  }

  private static void checkTest(Row row, List<String> found) {
    Matcher parts = TEST.matcher(row.test);
    if (!parts.matches()) {
      found.add("no test: " + row);
      return;
    }
    try {
      Class<?> type = Class.forName(MappingTable.class.getPackageName() + "." + parts.group(1));
      boolean isTest =
          Arrays.stream(type.getDeclaredMethods())
              .filter(method -> method.getName().equals(parts.group(2)))
              .anyMatch(MappingTable::isTest);
      if (!isTest) {
        found.add("no such test: " + row.test);
      }
    } catch (ClassNotFoundException e) {
      found.add("no such test class: " + row.test);
    }
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }
}
