/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Errnos;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each call on the way fails with each errno that it can give: nothing is lost, nothing left. */
class PmemFileFaultTest {
  private static final List<String> OPENING =
      List.of(
          "open",
          "statx",
          "fstatfs",
          "fallocate",
          "fsync",
          "close",
          "memfd",
          "fchmod",
          "addSeals",
          "unlock");
  private static final List<String> MAPPING = List.of("statx", "duplicate", "mmap");
  private static final int MOST_VISITS = 4;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  static Stream<Arguments> openingFaults() {
    return OPENING.stream().flatMap(PmemFileFaultTest::faults);
  }

  static Stream<Arguments> mappingFaults() {
    return MAPPING.stream().flatMap(PmemFileFaultTest::faults);
  }

  private static Stream<Arguments> faults(String call) {
    return errnos(call)
        .flatMap(errno ->
            Stream.iterate(1, nth -> nth <= MOST_VISITS, nth -> nth + 1)
                .map(nth -> Arguments.of(call, errno, nth)));
  }

  private static Stream<Errno> errnos(String call) {
    return Arrays.stream(Posix.class.getMethods())
        .filter(method -> method.getName().equals(call))
        .map(method -> method.getAnnotation(Errnos.class))
        .flatMap(errnos -> Stream.of(errnos.value(), errnos.returned()).flatMap(Arrays::stream))
        .distinct();
  }

  /** Refusals that are answered by another way instead of by failing. */
  private static boolean isCured(String call, Errno errno) {
    return switch (call) {
      case "fallocate" -> errno == Errno.EOPNOTSUPP;
      case "statx" -> errno == Errno.ENOENT; // the name went away, so it is looked for again
      case "open" -> Set.of(Errno.EEXIST, Errno.ENOENT).contains(errno);
      case "mmap" -> Set.of(Errno.EOPNOTSUPP, Errno.EINVAL).contains(errno);
      default -> false;
    };
  }

  @ParameterizedTest
  @MethodSource("openingFaults")
  void leavesNoFileWhenCreatingFails(String call, Errno errno, int nth) {
    Path path = directory.resolve("new");
    FaultPlan plan = FaultPlan.once(call, nth, errno);
    try {
      PmemFile.open(FaultyPosix.wrap(Posix.system(), plan), path, 64 << 10, CREATE).close();
      assertThat(plan.visits(call) < nth || isCured(call, errno)).isTrue();
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(errno);
      assertThat(plan.visits(call)).isGreaterThanOrEqualTo(nth);
      // Only an error of the last close comes after all is done.
      assertThat(Files.exists(path)).isEqualTo(call.equals("close") && nth > 2);
    }
  }

  @ParameterizedTest
  @MethodSource("openingFaults")
  void keepsAnExistingFileWhenExtendingFails(String call, Errno errno, int nth) throws IOException {
    byte[] content = new byte[5000];
    Arrays.fill(content, (byte) 'x');
    Path path = Files.write(directory.resolve("old"), content);
    FaultPlan plan = FaultPlan.once(call, nth, errno);
    try {
      PmemFile.open(FaultyPosix.wrap(Posix.system(), plan), path, 64 << 10, CREATE).close();
      // The second to be opened is the directory, which this user may not have to read.
      boolean isUnreadable = call.equals("open") && errno == Errno.EACCES && nth == 2;
      assertThat(plan.visits(call) < nth || isCured(call, errno) || isUnreadable).isTrue();
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(errno);
      assertThat(Files.readAllBytes(path)).startsWith(content);
      // Only an error of the last close comes after all is done.
      assertThat(Files.size(path)).isEqualTo(call.equals("close") && nth > 1 ? 64 << 10 : 5000);
    }
  }

  @ParameterizedTest
  @MethodSource("mappingFaults")
  void leavesNoMappingWhenMappingFails(String call, Errno errno, int nth) throws IOException {
    Path path = Files.write(directory.resolve("old"), new byte[8192]);
    FaultPlan plan = new FaultPlan();
    try (PmemFile file = PmemFile.open(FaultyPosix.wrap(Posix.system(), plan), path)) {
      List<String> before = Leftovers.descriptors(directory);
      long made = plan.visits(call);
      plan.fail(call, errno, visit -> visit == made + nth);
      try {
        PmemMapping mapping = file.map();
        plan.clear();
        mapping.close();
      } catch (ErrnoException e) {
        assertThat(plan.visits(call) - made).isGreaterThanOrEqualTo(nth);
        assertThat(e.errno()).isEqualTo(errno);
      } finally {
        plan.clear();
      }
      assertThat(Leftovers.descriptors(directory)).hasSameSizeAs(before);
      assertThat(Leftovers.mappings(directory)).isEmpty();
    }
    assertThat(Files.size(path)).isEqualTo(8192);
  }

  static Stream<Errno> flushErrnos() {
    return errnos("msync");
  }

  @ParameterizedTest
  @MethodSource("flushErrnos")
  void namesFileRangeAndErrnoWhenMsyncFails(Errno errno) throws IOException {
    Path path = Files.write(directory.resolve("old"), new byte[8192]);
    FaultPlan plan = FaultPlan.always("msync", errno);
    try (PmemFile file = PmemFile.open(FaultyPosix.wrap(Posix.system(), plan), path);
        PmemMapping mapping = file.map()) {
      assertThatThrownBy(() -> mapping.persist(4100, 8))
          .asInstanceOf(InstanceOfAssertFactories.type(ErrnoException.class))
          .satisfies(e -> {
            assertThat(e.errno()).isEqualTo(errno);
            assertThat(e.call()).isEqualTo("msync");
            assertThat(e).hasMessageContaining(path + " offset=4096 length=12");
          });
      assertThat(mapping.control().failedErrno()).isEqualTo(errno.number());
    }
  }

  @Test
  void writesZerosInManyPiecesOrPutsTheSizeBack() throws IOException {
    Path path = Files.write(directory.resolve("old"), new byte[100]);
    FaultPlan plan = new FaultPlan().shorten("pwrite", 4096);
    Posix posix = FaultyPosix.wrap(Posix.system(), plan);
    // The first is that of the control page.
    plan.fail("fallocate", Errno.EOPNOTSUPP, visit -> visit == 2 || visit == 3);
    plan.fail("pwrite", Errno.ENOSPC, visit -> visit == 3);
    assertThatThrownBy(() -> PmemFile.open(posix, path, 40_000, CREATE))
        .hasMessageContaining("ENOSPC");
    assertThat(Files.size(path)).isEqualTo(100);

    plan.clear();
    plan.shorten("pwrite", 4096);
    long made = plan.visits("fallocate");
    plan.fail("fallocate", Errno.EOPNOTSUPP, visit -> visit > made + 1 && visit <= made + 3);
    PmemFile.open(posix, path, 40_000, CREATE).close();
    assertThat(Files.readAllBytes(path)).hasSize(40_000).containsOnly(0);
  }
}
