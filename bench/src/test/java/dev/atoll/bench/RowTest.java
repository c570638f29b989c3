/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final Row ROW =
      new Row(2, "put: \"x\"", 64, "embedded", 12.5, "ns", "copy", 1.25, 1.2, 1.5, "");
  private static final Row SKIPPED =
      new Row(1, "persist: C", 64, "1 thread", Double.NaN, "ns", "", Double.NaN, 0, 0, "missing");

  @Test
  void comesBackFromItsLine() {
    assertThat(Row.ofLine(ROW.toLine())).isEqualTo(ROW);
    assertThat(Row.ofLine(SKIPPED.toLine())).isEqualTo(SKIPPED);
  }

  @Test
  void refusesALineWithoutAllFields() {
    assertThatThrownBy(() -> Row.ofLine("1\tput"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fields=2");
  }

  @Test
  void isOneJsonObject() {
    assertThat(ROW.toJson())
        .isEqualTo(
            "{\"run\":2,\"name\":\"put: \\\"x\\\"\",\"size\":64,\"mode\":\"embedded\","
                + "\"value\":12.500,\"unit\":\"ns\",\"peer\":\"copy\",\"ratio\":1.2500,"
                + "\"low\":1.2000,\"high\":1.5000}");
    assertThat(SKIPPED.toJson())
        .contains("\"value\":null", "\"peer\":null", "\"reason\":\"missing\"");
  }

  @Test
  void standsOnOneLineOfTheTableWithTheRatiosOfAllRuns() {
    Row other = new Row(1, "put: \"x\"", 64, "embedded", 10, "ns", "copy", 1.1, 1, 1.5, "");

    List<String> lines = new Table(List.of(other, ROW, SKIPPED), 2).lines();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains("64 B", "1.100 (1.00-1.50)", "1.250 (1.20-1.50)", "copy");
    assertThat(lines.get(2)).contains("skipped").endsWith("missing");
  }
}
