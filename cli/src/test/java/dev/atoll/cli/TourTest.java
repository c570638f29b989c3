/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.ForkedJvmPlan;
import dev.atoll.testkit.ProcessTraces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tour as a user runs it: whole, twice, as somebody else, cut short, without memory. */
class TourTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int NOBODY = 65_534;
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");
  private static final long TOO_LITTLE_BYTES = 100L << 20;

  @TempDir Path temporary;
  private Path base;

  @BeforeEach
  void makeAPlaceForAnyUser() throws IOException {
    base = Files.createDirectory(temporary.resolve("tmp"));
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private ForkedJvmPlan tour(String... more) {
    List<String> args = new ArrayList<>(List.of("tour"));
    args.addAll(List.of(more));
    return ForkedJvm.of(AtollCommand.class)
        .args(args.toArray(new String[0]))
        .environment("TMPDIR", base.toString())
        .deadline(LONG);
  }

  @Test
  void tellsOnlyWhatItHasSeen() throws IOException {
    Path file = Files.writeString(temporary.resolve("mine"), "\n  A file of mine\nand more\n");
    try (ForkedJvm tour = tour(file.toString(), "--json").start()) {
      assertThat(tour.awaitExit()).as(tour.errors().toString()).isZero();
      Conditions.await("the output", LONG, () -> !tour.output().isEmpty());
      Map<String, Object> story = JSON.std.mapFrom(tour.output().getFirst());
      assertThat(story).containsEntry("isHeld", true);
      assertThat(story.get("steps").toString())
          .contains("\"A file of mine\"", "RSMERR_PERM_DENIED", "RSMERR_CONN_ABORTED", "zeros")
          .contains("Torn: 0");
      assertThat(story.get("figures").toString()).contains("accessRatio", "recoveryMillis");
      assertThat((List<?>) story.get("checks")).hasSizeGreaterThan(15);
      assertThat(tour.errors()).isEmpty();
    }
    assertThat(file).hasContent("\n  A file of mine\nand more\n");
    assertNothingIsLeft();
  }

  @Test
  void runsTwiceAtOnceAndAsAnotherUser() {
    boolean canSwitch = ForkedJvm.whyNoOtherUser().isEmpty();
    ForkedJvmPlan other = tour();
    try (ForkedJvm first = tour().start();
        ForkedJvm second = (canSwitch ? other.asUser(NOBODY, NOBODY) : other).start()) {
      for (ForkedJvm each : List.of(first, second)) {
        assertThat(each.awaitExit()).as(each.output() + "\n" + each.errors()).isZero();
        assertThat(each.errors()).isEmpty();
      }
    }
    assertNothingIsLeft();
    ForkedJvm.whyNoOtherUser().ifPresent(why -> assumeTrue(false, why));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2. ", "7. "})
  void leavesNothingWhenInterrupted(String step) throws IOException {
    try (ForkedJvm tour = tour().start()) {
      assumeTrue(catchesInterrupts(tour), "SIGINT is ignored here, as for any background job");
      tour.expect(step);
      tour.signal("INT");
      assertThat(tour.awaitExit()).isEqualTo(ExitCode.INTERRUPTED);
      Conditions.await("the word", LONG, () -> !tour.errors().isEmpty());
      assertThat(tour.errors())
          .containsExactly("atoll: tour: interrupted; its processes and files are gone.");
    }
    assertNothingIsLeft();
  }

  /** proc_pid_status(5): a JVM that was started with SIGINT ignored leaves it so. */
  private static boolean catchesInterrupts(ForkedJvm tour) throws IOException {
    tour.expect("A file becomes");
    String status = Files.readString(Path.of("/proc", Long.toString(tour.pid()), "status"));
    String caught = status.lines().filter(line -> line.startsWith("SigCgt:")).findFirst().get();
    return (Long.parseUnsignedLong(caught.substring(7).strip(), 16) & 1 << 1) != 0;
  }

  @Test
  void leavesNoProcessWhenKilledAndTheNextOneTidiesUp() {
    try (ForkedJvm tour = tour().start()) {
      tour.expect("3. ");
      tour.kill9();
    }
    Conditions.await("all processes gone", LONG, () -> processes().isEmpty());
    assertThat(ProcessTraces.leftIn(base)).as("what a killed tour can not delete").isNotEmpty();
    try (ForkedJvm next = tour().start()) {
      next.expect("1. ");
      try (Stream<Path> tours = Files.list(base)) {
        assertThat(tours).hasSize(1);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      next.signal("TERM");
      assertThat(next.awaitExit()).isEqualTo(143);
    }
    assertNothingIsLeft();
  }

  @Test
  void saysWhatItNeedsWhenItsControlGroupHasTooLittleMemory() throws Exception {
    assumeTrue(Files.isWritable(GROUPS), GROUPS + " can not be written: needs root and cgroup v1");
    Path group = Files.createDirectory(GROUPS.resolve("atoll-test-" + System.nanoTime()));
    try {
      Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(TOO_LITTLE_BYTES));
      Process process =
          new ProcessBuilder(
                  "/bin/sh",
                  "-c",
                  "echo $$ > \"$1\" && shift && exec \"$@\"",
                  "sh",
                  group.resolve("cgroup.procs").toString(),
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  // As ./atoll starts it.
                  "-XX:+UseSerialGC",
                  "-Xmx48m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:-UsePerfData",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  AtollCommand.class.getName(),
                  "tour")
              .start();
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(err).isEqualTo(ExitCode.NO_RESOURCES);
      assertThat(err).contains("ATOLL_MEMORY_BUDGET", Long.toString(TOO_LITTLE_BYTES), "tour");
      assertThat(err.lines()).hasSize(1);
      assertThat(process.getInputStream().readAllBytes()).isEmpty();
    } finally {
      Files.delete(group);
    }
  }

  @Test
  void stopsWhenNobodyReadsIt() throws Exception {
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "\"$@\" | head -n 4",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                AtollCommand.class.getName(),
                "tour")
            .redirectError(temporary.resolve("err").toFile())
            .directory(temporary.toFile())
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    assertThat(new String(out, StandardCharsets.UTF_8).lines()).hasSize(4);
    assertThat(temporary.resolve("err")).isEmptyFile();
  }

  @Test
  void keepsItsFilesWhenAskedButNoProcess() throws IOException {
    try (ForkedJvm tour = tour("--keep").start()) {
      tour.expect("2. ");
      tour.signal("TERM");
      assertThat(tour.awaitExit()).isEqualTo(143);
      assertThat(tour.errors()).singleElement().asString().contains("its processes are gone");
    }
    try (Stream<Path> kept = Files.list(base)) {
      assertThat(kept).hasSize(1).allSatisfy(path -> assertThat(path.resolve("segment")).exists());
    }
    assertThat(processes()).isEmpty();
  }

  private void assertNothingIsLeft() {
    assertThat(processes()).isEmpty();
    assertThat(ProcessTraces.leftIn(base)).isEmpty();
    assertThat(ProcessTraces.unixSockets(base.toString())).isEmpty();
  }

  /** Every process whose command line names the tour's place. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .map(process -> commandLine(process.pid()))
        .filter(line -> line.contains(base.toString()))
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has ended since it was listed.
      return "";
    }
  }
}
