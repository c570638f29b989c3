/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, exit codes, JSON and pipes: what needs no device. */
class CommandLineTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "tour --help",
        "node --help",
        "export --help",
        "import --help",
        "pmem --help",
        "import 1:1 get --help",
        "import 1:1 put --help",
        "import 1:1 dump --help",
        "import 1:1 cp --help",
        "import 1:1 watch --help",
        "doctor --help",
        "ls --help",
        "clean --help",
        "stop --help",
        "pmem info --help",
        "stat --help",
        "version --help"
      })
  void helpIsPrintedOnStandardOutput(String line) {
    Cli.Result result = Cli.run(line.split(" "));
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("Usage: atoll").contains("--help");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tour --help",
        "node --help",
        "export --help",
        "import --help",
        "stat --help",
        "pmem info --help",
        "doctor --help",
        "ls --help",
        "clean --help",
        "stop --help",
        "import 1:1 get --help",
        "import 1:1 put --help",
        "import 1:1 cp --help",
        "import 1:1 watch --help"
      })
  void helpHasAnExample(String line) {
    assertThat(Cli.run(line.split(" ")).out()).contains("Example").contains("  atoll ");
  }

  @Test
  void helpDoesNotShowTheProcessesOfTheTour() {
    assertThat(Cli.run("--help").out()).doesNotContain("tour-role");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "--nonsense",
        "import",
        "import 1:1",
        "import x get",
        "import 1: get",
        "import 1:1 get --offset -1",
        "import 1:1 get --offset 8x",
        "pmem",
        "pmem info",
        "node --users some",
        "export --mode 0999 f",
        "export --mode 0111 f",
        "export --acl 1 f",
        "export --acl 1:0700 f",
        "export --acl x:0600 f",
        "export --acl 1:0600,2 f",
        "import 1:1 cp",
        "import 1:1 cp a --from b",
        "import 1:1 cp --from b --force",
        "import 1:1 cp a --signal",
        "import 1:1 watch --interval 5",
        "import 1:1 watch --signals --length 8",
        "import 1:1 watch --count 0",
        "stop --timeout soon",
        "ls more",
        "export --id x f"
      })
  void whatCanNotBeUnderstoodIsAUsageError(String line) {
    Cli.Result result = Cli.run(line.split(" "));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("atoll: usage: ").contains("--help");
  }

  @ParameterizedTest
  @CsvSource({"exprot f, export", "stat --jsn, --json", "import 1:1 wach, watch"})
  void aWordThatIsAlmostRightIsAnsweredWithTheRightOne(String line, String meant) {
    Cli.Result result = Cli.run(line.split(" "));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("Did you mean: ").contains(meant);
  }

  @Test
  void noCommandIsAUsageError() {
    assertThat(Cli.run().code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void noDeviceHasItsOwnExitCodeAndSaysWhatToDo() {
    for (String line : new String[] {"stat", "import 1:0x600000 get"}) {
      String[] words = (line + " --dir " + directory.resolve("none")).split(" ");
      if (line.startsWith("import")) {
        words =
            new String[] {"import", "--dir", directory.resolve("none").toString(), "1:9", "get"};
      }
      Cli.Result result = Cli.run(words);
      assertThat(result.code()).isEqualTo(ExitCode.NO_DEVICE);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).contains("ATOLL_NO_DEVICE", "atoll node");
    }
  }

  @Test
  void debugShowsWhereAnErrorCameFrom() {
    Cli.Result result = Cli.run("stat", "--debug", "--dir", directory.resolve("none").toString());
    assertThat(result.err()).contains("\tat dev.atoll");
  }

  @Test
  void aFileThatIsMissingIsAnInputOutputError() {
    Cli.Result result = Cli.run("pmem", "info", directory.resolve("none").toString());
    assertThat(result.code()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(result.err()).contains("ENOENT").contains("none");
  }

  @Test
  void aTourOfAFileThatIsMissingDoesNotBegin() {
    Cli.Result result = Cli.run("tour", directory.resolve("none").toString());
    assertThat(result.code()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(result.err()).contains("ENOENT");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void pmemInfoTellsEachFactWithItsReason() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x".repeat(5000));

    Map<String, Object> json = Cli.run("pmem", "info", file.toString(), "--json").json();
    Cli.Result text = Cli.run("pmem", "info", file.toString());

    assertThat(json).containsEntry("sizeBytes", 5000).containsKeys("granularity", "facts");
    assertThat(text.code()).isZero();
    for (String fact : new String[] {"file-system", "map-sync", "granularity", "instruction"}) {
      assertThat(json.get("facts").toString()).contains("name=" + fact);
      assertThat(text.out()).contains("\n" + fact + " ");
    }
  }

  @Test
  void versionIsThatOfTheBuild() {
    Map<String, Object> json = Cli.run("version", "--json").json();
    assertThat(json.get("atoll").toString()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(json).containsKeys("java", "system", "arch");
  }

  @Test
  void aReaderThatHasGoneEndsTheCommandQuietly() {
    Cli.Result result = Cli.runInto(failing("Broken pipe"), "version");
    assertThat(result.code()).isEqualTo(ExitCode.OUTPUT_CLOSED);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void aFullDiskUnderStandardOutputIsAnError() {
    Cli.Result result = Cli.runInto(failing("No space left on device"), "version");
    assertThat(result.code()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(result.err()).contains("No space left on device");
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4096, 4096", "0x10, 16", "4k, 4096", "2M, 2097152", "1g, 1073741824"})
  void byteCountsHaveUnits(String text, long bytes) {
    assertThat(new ByteCount().convert(text)).isEqualTo(bytes);
  }

  @Test
  void aDumpShowsBytesAndLetters() {
    byte[] line = "Apache License\0\u007f".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(ImportDumpCommand.text(16, line))
        .isEqualTo(
            "00000010  41 70 61 63 68 65 20 4c  69 63 65 6e 73 65 00 7f  |Apache License..|");
  }
}
