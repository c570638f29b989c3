/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs docs/tutorial.md: its commands in one shell, and what it says they print is compared. */
class TutorialTest {
  private static final Path ROOT = Path.of(System.getProperty("atoll.root", ".."));
  private static final Pattern BLOCK =
      Pattern.compile("^```(sh|text)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final long DEADLINE_SECONDS = 120;

  @TempDir Path temporary;

  @Test
  void everyCommandWorksAndPrintsWhatThePageSays() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/tutorial.md"));
    List<String> expected = new ArrayList<>();
    StringBuilder script = new StringBuilder("set -e\n");
    Matcher matcher = BLOCK.matcher(page);
    while (matcher.find()) {
      if (matcher.group(1).equals("sh")) {
        script.append(matcher.group(2));
      } else {
        expected.addAll(matcher.group(2).lines().toList());
      }
    }
    assertThat(expected).isNotEmpty();

    String said = run(script.toString());

    assertThat(said.lines().map(String::stripTrailing)).containsSubsequence(expected);
  }

  private String run(String script) throws IOException, InterruptedException {
    Path home = Files.createDirectory(temporary.resolve("home"));
    Path command = Files.writeString(home.resolve("atoll"), launcher());
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path out = temporary.resolve("out");
    var builder =
        new ProcessBuilder("/bin/sh", "-c", script)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("ATOLL_DIR", temporary.resolve("device").toString());
    Process process = builder.start();
    boolean isOver = process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
    if (!isOver) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static String launcher() {
    return """
    #!/bin/sh
    exec "%s" -XX:+UseSerialGC -Xmx64m -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED --illegal-native-access=deny -cp '%s' %s "$@"
    """
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            System.getProperty("java.class.path"),
            AtollCommand.class.getName());
  }
}
