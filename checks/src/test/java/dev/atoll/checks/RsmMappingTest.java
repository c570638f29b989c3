/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the RSMAPI table of docs/mapping.md: each function once, with a member and a test. */
class RsmMappingTest {
  private static final String HEADING = "## Remote Shared Memory API";
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+)` \\| `([\\w.]+)#(\\w+)\\(([^)]*)\\)` \\| `(\\w+)#(\\w+)` \\|$");

  /** The functions of the header, each width of get and put counted. */
  private static final List<String> FUNCTIONS =
      List.of(
          "rsm_get_controller",
          "rsm_release_controller",
          "rsm_get_controller_attr",
          "rsm_get_interconnect_topology",
          "rsm_free_interconnect_topology",
          "rsm_get_segmentid_range",
          "rsm_memseg_export_create",
          "rsm_memseg_export_destroy",
          "rsm_memseg_export_rebind",
          "rsm_memseg_export_publish",
          "rsm_memseg_export_unpublish",
          "rsm_memseg_export_republish",
          "rsm_memseg_import_connect",
          "rsm_memseg_import_disconnect",
          "rsm_memseg_import_get",
          "rsm_memseg_import_get8",
          "rsm_memseg_import_get16",
          "rsm_memseg_import_get32",
          "rsm_memseg_import_get64",
          "rsm_memseg_import_put",
          "rsm_memseg_import_put8",
          "rsm_memseg_import_put16",
          "rsm_memseg_import_put32",
          "rsm_memseg_import_put64",
          "rsm_memseg_import_getv",
          "rsm_memseg_import_putv",
          "rsm_create_localmemory_handle",
          "rsm_free_localmemory_handle",
          "rsm_memseg_import_map",
          "rsm_memseg_import_unmap",
          "rsm_memseg_import_init_barrier",
          "rsm_memseg_import_open_barrier",
          "rsm_memseg_import_order_barrier",
          "rsm_memseg_import_close_barrier",
          "rsm_memseg_import_destroy_barrier",
          "rsm_memseg_import_set_mode",
          "rsm_memseg_import_get_mode",
          "rsm_intr_signal_post",
          "rsm_intr_signal_wait",
          "rsm_intr_signal_wait_pollfd",
          "rsm_memseg_get_pollfd",
          "rsm_memseg_release_pollfd");

  @Test
  void thereAreFortyTwoFunctionsAndEachStandsInTheTableOnce() {
    assertThat(FUNCTIONS).hasSize(42).doesNotHaveDuplicates();
    assertThat(rows(page()))
        .extracting(row -> row.group(1))
        .containsExactlyInAnyOrderElementsOf(FUNCTIONS);
  }

  @Test
  void everyMemberIsPublicAndEveryTestExists() {
    Set<String> tests = ConformanceTest.testMethods(House.files(".java"));
    assertThat(rows(page()).stream().flatMap(row -> faults(row, tests).stream()).toList())
        .isEmpty();
  }

  @Test
  void noticesAMemberAndATestThatAreNotThere() {
    String page =
        HEADING
            + "\n| `a` | `dev.atoll.rsm.Topology#connections()` | `No#test` |\n"
            + "| `b` | `dev.atoll.rsm.Topology#connections(int)` | `No#test` |\n";
    assertThat(rows(page).stream().flatMap(row -> faults(row, Set.of("No.test")).stream()).toList())
        .containsExactly("b: no public member dev.atoll.rsm.Topology#connections(int)");
    assertThat(faults(rows(page).getFirst(), Set.of())).containsExactly("a: no test No#test");
  }

  static List<String> faults(Matcher row, Set<String> tests) {
    var faults = new ArrayList<String>();
    if (!isPublicMember(row.group(2), row.group(3), row.group(4))) {
      faults.add(
          row.group(1)
              + ": no public member "
              + row.group(2)
              + "#"
              + row.group(3)
              + "("
              + row.group(4)
              + ")");
    }
    if (!tests.contains(row.group(5) + "." + row.group(6))) {
      faults.add(row.group(1) + ": no test " + row.group(5) + "#" + row.group(6));
    }
    return faults;
  }

  private static boolean isPublicMember(String type, String name, String parameters) {
    try {
      return Arrays.stream(Class.forName(type).getMethods())
          .filter(method -> Modifier.isPublic(method.getModifiers()))
          .anyMatch(
              method -> method.getName().equals(name) && parametersOf(method).equals(parameters));
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static String parametersOf(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getCanonicalName)
        .collect(Collectors.joining(","));
  }

  private static List<Matcher> rows(String page) {
    return rowsBelow(HEADING, page);
  }

  /** Gives the rows between a heading and the next of its kind. */
  static List<Matcher> rowsBelow(String heading, String page) {
    int start = page.indexOf(heading) + heading.length();
    int end = page.indexOf("\n## ", start);
    String section = page.substring(start, end < 0 ? page.length() : end);
    List<Matcher> rows = new ArrayList<>();
    for (String line : section.lines().toList()) {
      Matcher matcher = ROW.matcher(line);
      if (matcher.matches()) {
        rows.add(matcher);
      }
    }
    return rows;
  }

  static String page() {
    return House.read(House.ROOT.resolve("docs/mapping.md"));
  }
}
