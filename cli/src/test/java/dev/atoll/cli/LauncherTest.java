/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script ./atoll, in a checkout of its own with a JDK and a Maven that only say what they do.
 */
class LauncherTest {
  private static final Path ROOT = Path.of(System.getProperty("atoll.root", ".."));

  @TempDir Path temporary;
  private Path checkout;
  private Path tools;
  private Path source;

  @BeforeEach
  void makeACheckout() throws IOException {
    open(temporary);
    checkout = open(Files.createDirectory(temporary.resolve("check out")));
    tools = open(Files.createDirectory(temporary.resolve("bin")));
    script(checkout.resolve("atoll"), Files.readString(ROOT.resolve("atoll")));
    open(Files.createDirectory(checkout.resolve("tools")));
    Files.copy(ROOT.resolve("tools/find-jdk.sh"), checkout.resolve("tools/find-jdk.sh"));
    source = checkout.resolve("cli/src/main/java/A.java");
    Files.createDirectories(source.getParent());
    for (String file : List.of("pom.xml", "LICENSE", "cli/pom.xml", "cli/src/main/java/A.java")) {
      Path path = Files.writeString(checkout.resolve(file), "x");
      Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
    }
    Path home = temporary.resolve("jdk");
    open(Files.createDirectories(home.resolve("bin")));
    open(home);
    script(home.resolve("bin/java"), "#!/bin/sh\necho \"java $*\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
    script(
        tools.resolve("mvn"),
        """
        #!/bin/sh
        echo "$*" >> built
        version=$(wc -l < built)
        for part in cli bench; do
          mkdir -p $part/target
          echo $version > $part/target/atoll.jar
          echo $version > $part/target/atoll-bench.jar
        done
        """);
  }

  private static Path open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  private static void script(Path path, String text) throws IOException {
    Files.writeString(path, text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Ran(int code, List<String> out, String err) {}

  private Ran run(String... command) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectError(temporary.resolve("err").toFile());
    builder.environment().put("JAVA_HOME", temporary.resolve("jdk").toString());
    builder.environment().put("PATH", tools + ":" + System.getenv("PATH"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return new Ran(code, out.lines().toList(), Files.readString(temporary.resolve("err")));
  }

  private String atoll() {
    return checkout.resolve("atoll").toString();
  }

  private List<String> builds() throws IOException {
    Path log = checkout.resolve("built");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  @Test
  void buildsOnFirstUseAndThenOnlyWhenASourceIsNewer() throws Exception {
    Ran first = run(atoll(), "version");
    Ran second = run(atoll(), "version");

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err().lines()).singleElement().asString().contains("building cli/target");
    assertThat(first.out()).hasSize(1);
    assertThat(second.err()).isEmpty();
    assertThat(builds()).hasSize(1).first().asString().contains("-pl cli -am package");

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(run(atoll(), "version").code()).isZero();
    assertThat(builds()).hasSize(2);
  }

  @Test
  void jarThatABuildCutShortIsNeverRun() throws Exception {
    Path maven = tools.resolve("mvn");
    String whole = Files.readString(maven);
    script(maven, "#!/bin/sh\nmkdir -p cli/target\necho cut > cli/target/atoll.jar\nexit 1\n");
    assertThat(run(atoll(), "version").code()).isEqualTo(ExitCode.INTERNAL);
    script(maven, whole);
    // The cut jar is newer than all sources.
    Ran ran = run(atoll(), "version");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(builds()).hasSize(1);
    assertThat(checkout.resolve("cli/target/run/atoll.jar")).hasContent("1\n");
    assertThat(run(atoll(), "bench").code()).isZero();
    assertThat(checkout.resolve("bench/target/run/atoll-bench.jar")).hasContent("2\n");
  }

  @Test
  void rebuildLeavesTheJarOfARunningProcessAlone() throws Exception {
    assertThat(run(atoll(), "version").code()).isZero();
    Path jar = checkout.resolve("cli/target/run/atoll.jar");
    // A second name for the file that a running JVM has open.
    Path open = Files.createLink(temporary.resolve("open.jar"), jar);
    Files.writeString(checkout.resolve("cli/target/run/atoll.jar.new-1"), "left by a killed run");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(run(atoll(), "version").code()).isZero();
    assertThat(open).hasContent("1\n");
    assertThat(jar).hasContent("2\n");
    try (var files = Files.list(jar.getParent())) {
      assertThat(files).containsExactly(jar);
    }
  }

  @Test
  void sourceThatIsEditedDuringABuildIsBuiltNextTime() throws Exception {
    Path maven = tools.resolve("mvn");
    script(maven, Files.readString(maven) + "touch cli/src/main/java/A.java\n");
    assertThat(run(atoll(), "version").code()).isZero();
    assertThat(run(atoll(), "version").code()).isZero();
    assertThat(builds()).hasSize(2);
  }

  @Test
  void twoThatStartAtOnceBuildOnce() throws Exception {
    Ran both = run("/bin/sh", "-c", "\"$1\" version & \"$1\" version; wait", "sh", atoll());
    assertThat(both.code()).isZero();
    assertThat(both.out()).hasSize(2);
    assertThat(builds()).hasSize(1);
  }

  @Test
  void passesEveryArgumentOnAndAllowsNativeAccess() throws Exception {
    Ran ran = run(atoll(), "tour", "my file");
    assertThat(ran.out())
        .singleElement()
        .asString()
        .endsWith("-jar " + checkout + "/cli/target/run/atoll.jar tour my file")
        .contains("--illegal-native-access=deny", "TieredStopAtLevel=1");
  }

  @Test
  void runsServersAndBenchmarksWithTheFullCompiler() throws Exception {
    assertThat(run(atoll(), "node").out().getFirst()).doesNotContain("TieredStopAtLevel");
    assertThat(run(atoll(), "bench", "persist").out().getFirst())
        .doesNotContain("TieredStopAtLevel")
        .endsWith("atoll-bench.jar persist");
  }

  @Test
  void findsItsCheckoutThroughSymbolicLinks() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), checkout.resolve("atoll"));
    Path second = Files.createSymbolicLink(tools.resolve("second"), link);
    assertThat(run(second.toString(), "version").code()).isZero();
  }

  @Test
  void showsWhatMavenSaidWhenTheBuildFails() throws Exception {
    script(tools.resolve("mvn"), "#!/bin/sh\necho 'no such artifact'\nexit 1\n");
    Ran ran = run(atoll(), "version");
    assertThat(ran.code()).isEqualTo(ExitCode.INTERNAL);
    assertThat(ran.err()).contains("no such artifact", "the build failed");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void someoneWhoCanNotWriteRunsTheJarThatIsThereOrIsToldWhatToDo() throws Exception {
    ForkedJvm.whyNoOtherUser().ifPresent(why -> assumeTrue(false, why));
    List<String> command =
        new ArrayList<>(
            List.of("setpriv", "--reuid", "65534", "--clear-groups", atoll(), "version"));
    Ran without = run(command.toArray(new String[0]));
    assertThat(without.code()).isEqualTo(ExitCode.PERMISSION);
    assertThat(without.err()).contains("not built yet");

    assertThat(run(atoll(), "version").code()).isZero();
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    Ran with = run(command.toArray(new String[0]));
    assertThat(with.code()).as(with.err()).isZero();
    assertThat(with.err()).isEmpty();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    Path bare = open(Files.createDirectory(temporary.resolve("bare")));
    List<String> needed = List.of("sh", "dirname", "basename", "readlink", "sed", "head", "grep");
    List<String> more = List.of("mktemp", "flock", "rm", "find");
    for (String tool : Stream.concat(needed.stream(), more.stream()).toList()) {
      script(bare.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
    Ran ran = run("/usr/bin/env", "PATH=" + bare, "/bin/sh", atoll(), "version");
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.NO_DEVICE);
    assertThat(ran.err()).contains("Maven is missing");
  }
}
