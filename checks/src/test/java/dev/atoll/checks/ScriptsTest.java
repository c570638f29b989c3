/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs tools/find-jdk.sh in environments made up for it. */
class ScriptsTest {
  private static final List<String> TOOLS = List.of("sed", "head", "grep", "readlink", "cat");

  @TempDir private Path directory;
  private Path tools;
  private Path jvms;

  record Run(int code, String output) {}

  @BeforeEach
  void makeTools() throws IOException {
    tools = Files.createDirectory(directory.resolve("bin"));
    jvms = Files.createDirectory(directory.resolve("jvm"));
    for (String tool : TOOLS) {
      script(tools.resolve(tool), "exec " + which(tool) + " \"$@\"");
    }
  }

  @Test
  void takesJavaHomeIfNewEnough() throws Exception {
    Path home = jdk(directory.resolve("own"), "25.0.1");
    jdk(jvms.resolve("other"), "26");
    assertThat(find(Map.of("JAVA_HOME", home.toString())))
        .isEqualTo(new Run(0, "found " + home + "\n"));
  }

  @Test
  void passesOverAnOldJavaHomeForTheOneOnThePath() throws Exception {
    Path old = jdk(directory.resolve("old"), "17.0.15");
    Path next = jdk(directory.resolve("next"), "25");
    jdk(jvms.resolve("other"), "26");
    Files.createSymbolicLink(tools.resolve("javac"), next.resolve("bin/javac"));
    assertThat(find(Map.of("JAVA_HOME", old.toString())))
        .isEqualTo(new Run(0, "found " + next + "\n"));
  }

  @Test
  void looksWhereDistributionsPutThem() throws Exception {
    jdk(jvms.resolve("java-17"), "17.0.15");
    jdk(jvms.resolve("java-8"), "1.8.0_292");
    Path wanted = jdk(jvms.resolve("temurin-26"), "26-ea");
    assertThat(find(Map.of())).isEqualTo(new Run(0, "found " + wanted + "\n"));
  }

  @Test
  void passesOverARuntimeWithoutCompiler() throws Exception {
    Path runtime = jdk(jvms.resolve("jre-25"), "25");
    Files.delete(runtime.resolve("bin/javac"));
    assertThat(find(Map.of()).code()).isEqualTo(69);
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Path old = jdk(directory.resolve("old"), "17.0.15");
    Run run = find(Map.of("JAVA_HOME", old.toString()));
    assertThat(run.code()).isEqualTo(69);
    assertThat(run.output())
        .contains("no JDK 25 or newer found", old.toString(), jvms + "/*", "set JAVA_HOME");
  }

  @Test
  void doesNotTripOverAnEmptyListOrSpacesInNames() throws Exception {
    assertThat(find(Map.of()).code()).isEqualTo(69);
    Path wanted = jdk(jvms.resolve("a b"), "25");
    assertThat(find(Map.of())).isEqualTo(new Run(0, "found " + wanted + "\n"));
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    Run run = run("need_maven", Map.of());
    assertThat(run.code()).isEqualTo(69);
    assertThat(run.output()).contains("Maven is missing", "install");
  }

  private Run find(Map<String, String> environment) throws Exception {
    return run("find_jdk; echo \"found $JAVA_HOME\"", environment);
  }

  private Run run(String what, Map<String, String> environment) throws Exception {
    String script = House.ROOT.resolve("tools/find-jdk.sh").toString();
    var builder =
        new ProcessBuilder("/bin/sh", "-c", "set -eu; . \"$1\"; " + what, "sh", script)
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("ATOLL_JVM_DIR", jvms.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private static Path jdk(Path home, String version) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    for (String program : List.of("java", "javac")) {
      script(bin.resolve(program), "exit 1");
    }
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path path, String line) throws IOException {
    Files.writeString(path, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path which(String tool) {
    return List.of("/usr/bin", "/bin").stream()
        .map(place -> Path.of(place, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError(tool + " is missing on this machine"));
  }
}
