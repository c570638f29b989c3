/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What the commands read and print: names, sizes, times, rights, tables. */
class TextTest {
  @Test
  void namesThatWouldMoveTheCursorOrEndTheLineAreEscaped() {
    assertThat(Escaped.text("plain name-ä.txt")).isEqualTo("plain name-ä.txt");
    assertThat(Escaped.text("a\nb\rc\td")).isEqualTo("a\\nb\\rc\\td");
    assertThat(Escaped.text("\u001b[2J\u0007\u009b\u007f"))
        .isEqualTo("\\u001b[2J\\u0007\\u009b\\u007f");
    assertThat(Escaped.text("\u202egnp.exe\u200b\u2028\ud800"))
        .isEqualTo("\\u202egnp.exe\\u200b\\u2028\\ud800");
    assertThat(Escaped.text("\ud83d\ude00")).isEqualTo("\ud83d\ude00");
  }

  @Test
  void messagesShowNoControlCharactersOfPaths(@TempDir Path directory) {
    Path evil = directory.resolve("evil\u001b[31m\nname");
    Cli.Result result = Cli.run("pmem", "info", evil.toString());
    assertThat(result.code()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("evil\\u001b[31m").doesNotContain("\u001b");
  }

  @ParameterizedTest
  @CsvSource({"250ms, 250000", "5s, 5000000", "2m, 120000000", "1h, 3600000000", "7us, 7"})
  void timesHaveUnits(String text, long micros) {
    assertThat(new DurationText().convert(text)).isEqualTo(Duration.ofNanos(micros * 1000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "9999999999s", "1d"})
  void timesWithoutUnitsAreRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> new DurationText().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("250ms");
  }

  @Test
  void accessEntriesAreNodeAndRights() {
    assertThat(new AccessText().convert("2:0640").nodeId()).isEqualTo(2);
    assertThat(new AccessText().convert("2:0640").permission()).isEqualTo(0640);
    for (String wrong : List.of("0640", ":0640", "x:0640", "1:", "1:0x10")) {
      assertThatThrownBy(() -> new AccessText().convert(wrong))
          .isInstanceOf(TypeConversionException.class);
    }
    assertThatThrownBy(() -> new AccessText().convert("1:0755"))
        .hasMessageContaining("owner, group and others")
        .hasMessageContaining("no 1 to execute");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1 KiB",
    "1536, 1.5 KiB",
    "1048576, 1 MiB",
    "209715200, 200 MiB",
    "9223372036854775807, 8 EiB"
  })
  void sizesForPeopleHaveAFewDigits(long bytes, String text) {
    assertThat(Progress.sizeText(bytes)).isEqualTo(text);
  }

  @Test
  void tablesAlignTheirColumns() {
    Map<String, Object> first = new LinkedHashMap<>();
    first.put("uid", 0);
    first.put("sizeBytes", 1_000_000);
    first.put("acl", "");
    Map<String, Object> second = new LinkedHashMap<>(first);
    second.put("uid", 65534);
    second.put("acl", "1:0600");
    assertThat(new TextTable(List.of(first, second)).lines())
        .containsExactly("UID    SIZE     ACL", "0      1000000  -", "65534  1000000  1:0600");
    assertThat(new TextTable(List.of()).lines()).isEmpty();
  }

  @Test
  void javaProgramsAreNamedByWhatTheyRun() {
    assertThat(Programs.nameIn(List.of("/usr/bin/psql", "-c", "x"))).isEqualTo("psql");
    assertThat(Programs.nameIn(List.of("java", "-Xmx1g", "-jar", "/opt/app/a.jar", "x")))
        .isEqualTo("java a.jar");
    assertThat(Programs.nameIn(List.of("/jdk/bin/java", "-cp", "a:b", "-Dx=y", "org.Main", "z")))
        .isEqualTo("java org.Main");
    assertThat(Programs.nameIn(List.of("java", "-version"))).isEqualTo("java");
  }

  @Test
  void namesOfProgramsAreHarmlessAndShort(@TempDir Path proc) throws IOException {
    Files.createDirectory(proc.resolve("7"));
    Files.writeString(
        proc.resolve("7/cmdline"), "/bin/\u001b[1mevil\n" + "x".repeat(500) + "\0y\0");
    String name = new Programs(proc).nameOf(7);
    assertThat(name).startsWith("\\u001b[1mevil\\n").hasSizeLessThan(70);
    assertThat(new Programs(proc).nameOf(8)).isEqualTo("?");
    assertThat(new Programs(proc).nameOf(0)).isEqualTo("?");
    Files.createDirectory(proc.resolve("9"));
    Files.writeString(proc.resolve("9/cmdline"), "");
    Files.writeString(proc.resolve("9/comm"), "kthread\n");
    assertThat(new Programs(proc).nameOf(9)).isEqualTo("kthread");
  }

  @Test
  void changesAreTheRunsThatDiffer() {
    byte[] bytes = new byte[200];
    var changes = new RangeChanges(4096, bytes);
    assertThat(changes.update(bytes)).isEmpty();
    bytes[0] = 1;
    bytes[10] = 2;
    bytes[11] = 3;
    bytes[199] = 4;
    assertThat(changes.update(bytes))
        .containsExactly(
            new RangeChanges.Change(4096, "00", "01"),
            new RangeChanges.Change(4106, "0000", "0203"),
            new RangeChanges.Change(4295, "00", "04"));
    assertThat(changes.update(bytes)).isEmpty();
    bytes[10] = 0;
    assertThat(changes.update(bytes)).containsExactly(new RangeChanges.Change(4106, "02", "00"));
  }

  @Test
  void aLongChangeIsToldInPieces() {
    var changes = new RangeChanges(0, new byte[100]);
    byte[] all = new byte[100];
    java.util.Arrays.fill(all, (byte) 0xff);
    assertThat(changes.update(all))
        .extracting(RangeChanges.Change::offset)
        .containsExactly(0L, 64L);
  }
}
