/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/conformance.md: no case is missing, doubled, or shown by a test that is not there. */
class ConformanceTest {
  /** The numbers of the cases; the heading of their table is the key. */
  private static final Map<String, List<Integer>> CASES =
      Map.of(
          "RSMAPI",
          numbers(1, 133),
          "Faults, abuse and load",
          Stream.of(numbers(1, 16), numbers(27, 67), numbers(75, 80), numbers(82, 82))
              .flatMap(List::stream)
              .toList(),
          "LNet interop cases",
          numbers(1, 44),
          "Persistent memory: crash cases",
          numbers(1, 12),
          "LNet portals and descriptors",
          numbers(1, 48));

  private static final Pattern ROW =
      Pattern.compile("^\\|\\s*(\\d+)\\s*\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|\\s*$");
  private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

  /** One line of a table. */
  record Row(int number, String meaning, String tests, String reason) {}

  private static List<Integer> numbers(int first, int last) {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void everyNumberStandsThereOnce() {
    Map<String, List<Row>> tables = tables(page());
    CASES.forEach((reference, numbers) ->
        assertThat(tables.getOrDefault(reference, List.of()))
            .as(reference)
            .extracting(Row::number)
            .containsExactlyElementsOf(numbers));
  }

  @Test
  void everyCaseHasAMeaningAndEitherATestOrAReason() {
    assertThat(tables(page()).values().stream().flatMap(List::stream).toList())
        .allMatch(row -> !row.meaning().isEmpty())
        .allMatch(row -> row.tests().isEmpty() != row.reason().isEmpty());
  }

  @Test
  void everyNamedTestExists() {
    Set<String> methods = testMethods(House.files(".java"));
    assertThat(missingTests(tables(page()), methods)).isEmpty();
  }

  @Test
  void printsHowManyCasesAreShown() {
    tables(page())
        .forEach((reference, rows) ->
            System.out.println(
                reference
                    + ": "
                    + rows.stream().filter(row -> !row.tests().isEmpty()).count()
                    + " of "
                    + rows.size()
                    + " cases have a test"));
    assertThat(tables(page())).containsKeys(CASES.keySet().toArray(new String[0]));
  }

  @Test
  void noticesATestThatDoesNotExist() {
    var source = new SourceFile("x/src/test/java/ATest.java", "class ATest { void works() {} }");
    Map<String, List<Row>> tables =
        tables("## R\n| 1 | m | `ATest.works` | |\n| 2 | m | `ATest.fails` | |\n| 3 | m | A | |\n");
    assertThat(missingTests(tables, testMethods(List.of(source))))
        .containsExactly("R 2: ATest.fails", "R 3: no test in 'A'");
  }

  private static List<String> missingTests(Map<String, List<Row>> tables, Set<String> methods) {
    var missing = new ArrayList<String>();
    tables.forEach((reference, rows) -> {
      for (Row row : rows) {
        Matcher matcher = TEST.matcher(row.tests());
        boolean isNamed = false;
        while (matcher.find()) {
          isNamed = true;
          String name = matcher.group(1) + "." + matcher.group(2);
          if (!methods.contains(name)) {
            missing.add(reference + " " + row.number() + ": " + name);
          }
        }
        if (!isNamed && !row.tests().isEmpty()) {
          missing.add(reference + " " + row.number() + ": no test in '" + row.tests() + "'");
        }
      }
    });
    return missing;
  }

  static Set<String> testMethods(List<SourceFile> files) {
    var methods = new HashSet<String>();
    Pattern method = Pattern.compile("\\bvoid\\s+(\\w+)\\s*\\(");
    for (SourceFile file : files) {
      if (file.isTest() || file.path().startsWith("testkit/")) {
        Matcher matcher = method.matcher(JavaText.blank(file.text()));
        while (matcher.find()) {
          methods.add(file.name() + "." + matcher.group(1));
        }
      }
    }
    return methods;
  }

  private static Map<String, List<Row>> tables(String page) {
    var tables = new LinkedHashMap<String, List<Row>>();
    List<Row> rows = new ArrayList<>();
    for (String line : page.lines().toList()) {
      if (line.startsWith("## ")) {
        rows = new ArrayList<>();
        tables.put(line.substring(3).strip(), rows);
      }
      Matcher matcher = ROW.matcher(line);
      if (matcher.matches()) {
        rows.add(
            new Row(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2).strip(),
                matcher.group(3).strip(),
                matcher.group(4).strip()));
      }
    }
    tables.values().removeIf(List::isEmpty);
    return tables;
  }

  private static String page() {
    return House.read(House.ROOT.resolve("docs/conformance.md"));
  }
}
