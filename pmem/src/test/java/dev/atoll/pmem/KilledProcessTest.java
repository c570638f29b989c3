/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.AtollException;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process leaves when it is killed with SIGKILL, and what other users may do. */
class KilledProcessTest {
  private static final int OTHER_USER = 65534;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void losesNothingThatWasSaidToBeDurable(boolean isPretending) {
    Path path = directory.resolve("records");
    long said;
    try (ForkedJvm writer =
        ForkedJvm.of(StoreUntilKilled.class)
            .args(path.toString(), Boolean.toString(isPretending))
            .start()) {
      writer.expect("durable 500");
      writer.kill9();
      assertThat(writer.awaitExit()).isEqualTo(ForkedJvm.KILLED);
      said =
          writer.output().stream()
              .filter(line -> line.matches("durable \\d+"))
              .mapToLong(line -> Long.parseLong(line.substring("durable ".length())))
              .max()
              .orElseThrow();
    }
    try (PmemFile file = PmemFile.open(path, PmemOption.READ_ONLY);
        PmemMapping mapping = file.map()) {
      long committed = mapping.segment().get(ValueLayout.JAVA_LONG, 0);
      assertThat(committed).isGreaterThanOrEqualTo(said);
      for (long number = 1; number <= committed; number++) {
        long offset =
            StoreUntilKilled.RECORDS_OFFSET + (number - 1) * StoreUntilKilled.RECORD_BYTES;
        for (long word = 0; word < StoreUntilKilled.RECORD_BYTES; word += Long.BYTES) {
          assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, offset + word)).isEqualTo(number);
        }
      }
    }
  }

  /** All steps of creating, extending and mapping; each is a place to die at. */
  static Stream<String> creatingSites() {
    return Stream.of("pmem.created", "pmem.reserved", "pmem.synced", "pmem.listed", "pmem.mapped");
  }

  @ParameterizedTest
  @MethodSource("creatingSites")
  void canBeCreatedAgainAfterAKillAtAnyStep(String site) throws IOException {
    Path path = directory.resolve("file");
    killAt(site, path);
    assertThat(content()).containsExactly(path);
    if (Files.size(path) > 0) {
      assertThat(Files.readAllBytes(path)).hasSize(1 << 20).containsOnly(0);
    }
    try (PmemFile file = PmemFile.open(path, 1 << 20, PmemOption.CREATE);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.size()).isEqualTo(1 << 20);
      assertThat(file.hasHoles()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmem.opened", "pmem.widened", "pmem.extended"})
  void keepsTheBytesOfAFileThatWasBeingExtended(String site) throws IOException {
    Path path = directory.resolve("file");
    byte[] content = new byte[5000];
    Arrays.fill(content, (byte) 'x');
    Files.write(path, content);
    killAt(site, path);
    assertThat(Files.readAllBytes(path)).startsWith(content);
    assertThat(Files.size(path)).isIn(5000L, 1L << 20);
    PmemFile.open(path, 1 << 20, PmemOption.CREATE).close();
    assertThat(Files.readAllBytes(path)).startsWith(content).hasSize(1 << 20);
  }

  private void killAt(String site, Path path) {
    try (ForkedJvm creator =
        ForkedJvm.of(CreateAndMap.class)
            .args(path.toString(), Long.toString(1 << 20))
            .sites("hold:" + site)
            .start()) {
      creator.awaitHeld(site);
      creator.kill9();
      assertThat(creator.awaitExit()).isEqualTo(ForkedJvm.KILLED);
    }
  }

  private List<Path> content() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Test
  void keepsAnotherUserToWhatTheFileAllows() throws IOException {
    Optional<String> reason = ForkedJvm.whyNoOtherUser();
    Assumptions.assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    Path path = directory.resolve("file");
    PmemFile.open(path, 8192, PmemOption.CREATE).close();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(asOtherUser(path, 8192)).contains("refused").contains("EACCES");
    assertThat(asOtherUser(path, 0)).contains("refused").contains("EACCES");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(asOtherUser(path, 8192))
        .contains("refused")
        .contains("EACCES")
        .contains(path.toString())
        .contains("READ_ONLY");
    assertThat(asOtherUser(path, 0)).isEqualTo("mapped 8192 writable=false");
  }

  private static String asOtherUser(Path path, long size) {
    try (ForkedJvm reader =
        ForkedJvm.of(CreateAndMap.class)
            .args(path.toString(), Long.toString(size))
            .asUser(OTHER_USER, OTHER_USER)
            .start()) {
      assertThat(reader.awaitExit()).isZero();
      return String.join("\n", reader.output());
    }
  }

  @Test
  void refusesAFullFileSystemAndLeavesNothing() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount");
    Path mount = Files.createDirectory(directory.resolve("small"));
    int mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString());
    Assumptions.assumeTrue(mounted == 0, "mount(8) refuses a tmpfs here");
    try {
      Path path = mount.resolve("file");
      assertThat(refusal(() -> PmemFile.open(path, 2 << 20, PmemOption.CREATE)))
          .contains("fallocate")
          .contains("ENOSPC")
          .contains(path.toString());
      assertThat(path).doesNotExist();
      byte[] content = new byte[300_000];
      Arrays.fill(content, (byte) 'x');
      Files.write(path, content);
      assertThat(refusal(() -> PmemFile.open(path, 2 << 20, PmemOption.CREATE))).contains("ENOSPC");
      assertThat(Files.readAllBytes(path)).isEqualTo(content);
      // What the refused reservation took is free again.
      try (PmemFile file = PmemFile.open(path, 900_000, PmemOption.CREATE);
          PmemMapping mapping = file.map()) {
        mapping.segment().fill((byte) 1);
        assertThat(mapping.attributes().isVolatileFileSystem()).isTrue();
      }
    } finally {
      assertThat(run("umount", mount.toString())).isZero();
    }
  }

  private static String refusal(Runnable call) {
    try {
      call.run();
      return "";
    } catch (AtollException e) {
      return e.getMessage();
    }
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
