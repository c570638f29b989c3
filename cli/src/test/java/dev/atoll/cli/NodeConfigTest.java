/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.DaemonExport;
import dev.atoll.device.DeviceConfig;
import dev.atoll.rsm.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration file: what is taken, and what is refused with its line. */
@Timeout(60)
class NodeConfigTest {
  @TempDir Path temporary;

  private Path write(String text) throws IOException {
    return Files.writeString(temporary.resolve("atoll.yaml"), text);
  }

  private void assertRefused(String text, int line, String... words) throws IOException {
    Path file = write(text);
    assertThatThrownBy(() -> NodeConfig.read(file))
        .as(text.substring(0, Math.min(80, text.length())))
        .isInstanceOfSatisfying(
            Refusal.class,
            e -> {
              assertThat(e.code()).isEqualTo("ATOLL_CONFIG");
              assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            })
        .hasMessageStartingWith(file + (line > 0 ? ":" + line : "") + ": ")
        .hasMessageContainingAll(words);
  }

  @Test
  void takesTheExampleOfThePage() {
    Path example = Path.of(System.getProperty("atoll.root"), "docs/examples/atoll.yaml");

    NodeConfig config = NodeConfig.read(example);

    assertThat(config.directory()).isEqualTo(Path.of("/run/atoll"));
    assertThat(config.device().users()).isEqualTo(DeviceConfig.Users.ANY);
    assertThat(config.device().revocationTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.idleExit()).isNull();
    assertThat(config.exports())
        .containsExactly(
            new DaemonExport(
                "counters",
                Path.of("/var/lib/atoll/counters.pm"),
                16 << 20,
                0x600000,
                List.of(Access.node(1, 0640))),
            new DaemonExport("scratch", null, 1 << 20, 0x600001, List.of(Access.node(1, 0600))));
  }

  @Test
  void takesEveryKeyOfTheDevice() throws IOException {
    Path file =
        write(
            """
            device:
              directory: here
              users: ANY
              node-id: 7
              revocation-timeout: 250ms
              greeting-timeout: 2m
              sessions: 9
              sessions-per-user: 8
              exports-per-user: 6
              imports-per-user: 5
              bytes-per-user: 1g
              idle-exit: 1h
            """);

    NodeConfig config = NodeConfig.read(file);

    assertThat(config.directory()).isEqualTo(temporary.resolve("here"));
    assertThat(config.device().nodeId()).isEqualTo(7);
    assertThat(config.device().revocationTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.device().greetingTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.device().quotas())
        .isEqualTo(new dev.atoll.device.Quotas(9, 8, 6, 5, 1L << 30));
    assertThat(config.idleExit()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void emptyFileMeansTheDefaults() throws IOException {
    assertThat(NodeConfig.read(write(""))).isEqualTo(NodeConfig.standard());
    assertThat(NodeConfig.read(write("# nothing\n"))).isEqualTo(NodeConfig.standard());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          node-id: 0               | 1 to 64
          node-id: 65              | 1 to 64
          node-id: one             | 'one'
          users: everybody         | same or any
          sessions: -1             | -1
          sessions: 99999999999999 | 1048576
          sessions: [1]            | one word
          revocation-timeout: 5    | 500ms
          revocation-timeout: -5s  | 500ms
          idle-exit: 0s            | more than nothing
          bytes-per-user: -1       | number of bytes
          bytes-per-user: 0        | positive
          directory: ''            | path
          nodeid: 1                | unknown key 'nodeid'
          """)
  void refusesWhatTheDeviceCanNotMean(String line, String words) throws IOException {
    boolean hasLine = !line.startsWith("directory") && !line.startsWith("bytes-per-user: 0");
    assertRefused("device:\n  " + line + "\n", hasLine ? 2 : 0, words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          id: 0x3fffff                | not a number from
          id: 0x80000000              | not a number from
          mode: 0777                  | octal
          mode: 9                     | octal
          size: -4096                 | number of bytes
          name: ../x                  | letters
          name: ''                    | letters
          access: 0600                | must be a list
          access: [{node: 65}]        | 1 to 64
          access: [{user: 1}]         | unknown key 'user'
          """)
  void refusesWhatAnExportCanNotMean(String line, String words) throws IOException {
    String size = line.startsWith("size") ? "" : "\n    size: 4096";
    assertRefused("export:\n  - " + line + size + "\n", 2, words);
  }

  @Test
  void refusesWhatCouldBeMeantOtherwise() throws IOException {
    assertRefused("device:\n  users: any\n  users: same\n", 3, "twice");
    assertRefused("device:\n  users: any\nusers: same\n", 3, "unknown key 'users'");
    assertRefused("export:\n  - name: none\n", 2, "needs a file");
    assertRefused(
        "export:\n  - size: 4096\n    id: 0x600000\n  - size: 4096\n    id: 0x600000\n",
        5,
        "export-1",
        "same id");
    assertRefused("export:\n  - size: 1m\n    mode: 0600\n    access: [{mode: 0600}]\n", 3, "both");
    assertRefused("- device\n", 1, "mapping");
    assertRefused("device: 5\n", 1, "mapping");
    assertRefused("net:\n  tcp0: 1\n", 2, "must be a list");
  }

  @Test
  void refusesYamlThatDoesMoreThanSayThings() throws IOException {
    assertRefused("device: &d\n  users: any\nrsm: *d\n", 3, "aliases");
    assertRefused("device: !include other.yaml\n", 1, "tags");
    assertRefused("device:\n  users: !!java.io.File any\n", 2, "tags");
    assertRefused("device:\n\tusers: any\n", 2, "");
    assertRefused("device: {users: any\n", 2, "");
    assertRefused("device:\n  users: any\n---\ndevice:\n  users: same\n", 3, "");
    var bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ",*a" + (i - 1) + "]\n");
    }
    assertRefused(bomb.toString(), 2, "aliases");
  }

  @Test
  void refusesFilesThatAreNoConfiguration() throws IOException {
    assertRefused("#".repeat(YamlFile.FILE_BYTES_MAX + 1), 0, "more than");
    assertRefused("device:\n  users: " + "a".repeat(1 << 19) + "\n", 2, "same or any");
    assertRefused("[".repeat(100_000), 1, "deep");
    Path file = temporary.resolve("atoll.yaml");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> NodeConfig.read(file)).hasMessageContaining("UTF-8");
  }

  @Test
  void checksAFileWithoutStartingANode() throws IOException {
    Path file = write("device:\n  directory: here\n");

    Cli.Result good = Cli.run("node", "--config", file.toString(), "--check-config");
    write("device:\n  nowhere: here\n");
    Cli.Result bad = Cli.run("node", "--config", file.toString(), "--check-config");
    Cli.Result missing = Cli.run("node", "--config", "/nonexistent", "--check-config");

    assertThat(good.code()).isZero();
    assertThat(good.out()).isEqualTo("ok " + file + "\n");
    assertThat(temporary.resolve("here")).doesNotExist();
    assertThat(bad.code()).isEqualTo(ExitCode.USAGE);
    assertThat(bad.err()).contains("ATOLL_CONFIG", file + ":2", "'nowhere'");
    assertThat(missing.code()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(Cli.run("node", "--check-config").code()).isEqualTo(ExitCode.USAGE);
    assertThat(Cli.run("node", "--idle-exit", "soon").code()).isEqualTo(ExitCode.USAGE);
  }
}
