/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor} on this very host. */
class DoctorCommandTest {
  @TempDir Path temporary;

  @SuppressWarnings("unchecked")
  private static Map<String, Object> finding(Cli.Result result, String name) {
    return ((List<Map<String, Object>>) result.json().get("findings"))
        .stream().filter(each -> each.get("name").equals(name)).findFirst().orElseThrow();
  }

  @Test
  void looksAtEverythingWithoutADevice() {
    Path directory = temporary.resolve("device");
    Cli.Result result = Cli.run("doctor", "--dir", directory.toString(), "--json");
    for (String name :
        new String[] {
          "java", "system", "native-access", "page-size", "memfd-seals-locks", "populate",
          "membarrier", "processors", "write-back", "open-files", "max-map-count", "file-size",
          "memory", "dev-shm", "runtime-directory", "socket-path", "device-directory", "device",
          "lnet-port-plain", "lnet-port-lustre", "lnet-privilege", "lnet-kernel", "lnet-firewall"
        }) {
      assertThat(finding(result, name)).containsKeys("level", "value", "advice");
    }
    assertThat(finding(result, "java")).containsEntry("level", "OK");
    assertThat(finding(result, "memfd-seals-locks")).containsEntry("level", "OK");
    assertThat(finding(result, "device").get("value").toString()).contains("none runs");
    assertThat(directory).as("nothing is changed").doesNotExist();
    assertThat(result.code())
        .isEqualTo(Boolean.TRUE.equals(result.json().get("isFit")) ? 0 : ExitCode.FAILED);
  }

  @Test
  void everyLineThatIsNotOkSaysWhatToDo() {
    Cli.Result result = Cli.run("doctor", "--dir", temporary.resolve("d").toString());
    List<String> lines = result.out().lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).matches("(OK |WARN|FAIL|   ).*");
      if (lines.get(i).startsWith("WARN") || lines.get(i).startsWith("FAIL")) {
        assertThat(lines.get(i + 1)).contains(" -> ");
      }
    }
  }

  @Test
  void seesADeviceThatRunsAndOneThatDied() {
    Path directory = temporary.resolve("device");
    try (ForkedJvm device =
        ForkedJvm.of(AtollCommand.class).args("node", "--dir", directory.toString()).start()) {
      device.expect("ready ");
      Cli.Result running = Cli.run("doctor", "--dir", directory.toString(), "--json");
      assertThat(finding(running, "device"))
          .containsEntry("level", "OK")
          .containsEntry("value", "runs and answers as node 1");
      device.kill9();
    }
    Cli.Result dead = Cli.run("doctor", "--dir", directory.toString(), "--json");
    assertThat(finding(dead, "device")).containsEntry("level", "WARN");
    assertThat(finding(dead, "device").get("advice").toString()).contains("atoll clean");
  }

  @Test
  void failsOnAPathThatIsTooLongAndADirectoryThatIsOpen() throws IOException {
    Path deep = temporary.resolve("x".repeat(120));
    Cli.Result tooLong = Cli.run("doctor", "--dir", deep.toString(), "--json");
    assertThat(tooLong.code()).isEqualTo(ExitCode.FAILED);
    assertThat(finding(tooLong, "socket-path")).containsEntry("level", "FAIL");

    Path open = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(
        open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    Cli.Result unsafe = Cli.run("doctor", "--dir", open.toString(), "--json");
    assertThat(unsafe.code()).isEqualTo(ExitCode.FAILED);
    assertThat(finding(unsafe, "device-directory")).containsEntry("level", "FAIL");
  }

  @Test
  void looksAtANamedFile() throws IOException {
    Path file = Files.write(temporary.resolve("data"), new byte[4096]);
    Cli.Result result =
        Cli.run("doctor", file.toString(), "--json", "--dir", temporary.resolve("d").toString());
    assertThat(finding(result, "file").get("value").toString()).contains("4096 bytes");
    assertThat(finding(result, "map-sync")).containsKey("level");
    Cli.Result missing =
        Cli.run("doctor", file + "x", "--json", "--dir", temporary.resolve("d").toString());
    assertThat(missing.code()).isEqualTo(ExitCode.FAILED);
  }
}
