/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static dev.atoll.pmem.PmemOption.EXCLUSIVE;
import static dev.atoll.pmem.PmemOption.READ_ONLY;
import static dev.atoll.pmem.PmemOption.SPARSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileSystemStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PmemFileTest {
  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private Path file(String name, int size) throws IOException {
    byte[] content = new byte[size];
    Arrays.fill(content, (byte) 'x');
    return Files.write(directory.resolve(name), content);
  }

  private static void assertErrno(ThrowingCallable call, Errno errno, Path path) {
    assertThatThrownBy(call)
        .asInstanceOf(InstanceOfAssertFactories.type(ErrnoException.class))
        .satisfies(e -> {
          assertThat(e.errno()).isEqualTo(errno);
          assertThat(e).hasMessageContaining(path.toString());
        });
  }

  private static void assertProblem(ThrowingCallable call, PmemProblem problem, Path path) {
    assertThatThrownBy(call)
        .asInstanceOf(InstanceOfAssertFactories.type(PmemException.class))
        .satisfies(e -> {
          assertThat(e.problem()).isEqualTo(problem);
          assertThat(e.path()).isEqualTo(path);
          assertThat(e.code()).isEqualTo("PMEM_" + problem);
          assertThat(e).hasMessageContaining(path.toString());
        });
  }

  @Test
  void createsAFileWithAllBlocksReadableByItsOwnerAlone() throws IOException {
    Path path = directory.resolve("new");
    try (PmemFile file = PmemFile.open(path, 1 << 20, CREATE)) {
      assertThat(file.size()).isEqualTo(1 << 20);
      assertThat(file.reservation()).isEqualTo(Reservation.RESERVED);
      assertThat(file.hasHoles()).isFalse();
    }
    assertThat(Files.readAllBytes(path)).hasSize(1 << 20).containsOnly(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void syncsNewFileAndItsDirectoryBeforeReturning() {
    Path path = directory.resolve("new");
    assertThat(syncedBy(path)).containsExactly(path.toString(), directory.toString());
  }

  /** A creator that was killed may have left the name unsynced, and nobody can tell. */
  @Test
  void syncsAnExistingFileAndItsDirectoryToo() throws IOException {
    Path path = file("there", 0);
    assertThat(syncedBy(path)).containsExactly(path.toString(), directory.toString());
    Path place = Files.createDirectory(directory.resolve("place"));
    Path link = Files.createSymbolicLink(place.resolve("link"), path);
    assertThat(syncedBy(link)).containsExactly(link.toString(), directory.toString());
  }

  private static List<String> syncedBy(Path path) {
    List<String> synced = new ArrayList<>();
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "fsync",
                (arguments, call) -> {
                  synced.add(((Descriptor) arguments[0]).subject());
                  return call.make(arguments);
                });
    PmemFile.open(twin.posix(), path, 4096, CREATE).close();
    return synced;
  }

  @Test
  void createsNothingWhereTheNameCouldNotBeMadeDurable() throws IOException {
    Path path = directory.resolve("new");
    PosixTwin twin = PosixTwin.quiet().on("open", this::openWithoutReadingDirectories);
    assertThatThrownBy(() -> PmemFile.open(twin.posix(), path, 4096, CREATE))
        .hasMessageContaining("EACCES")
        .hasMessageContaining("nothing was created");
    assertThat(path).doesNotExist();
    // Whose file is there already has made its name durable.
    PmemFile.open(twin.posix(), file("there", 100), 4096, CREATE).close();
  }

  private Object openWithoutReadingDirectories(Object[] arguments, PosixTwin.RealCall call)
      throws Throwable {
    if (((int) arguments[1] & FileCalls.O_DIRECTORY) != 0) {
      throw new ErrnoException("open", Errno.EACCES.number(), arguments[0].toString());
    }
    assertThat((int) arguments[1] & FileCalls.O_CREAT).isZero();
    return call.make(arguments);
  }

  @Test
  void extendsASmallerFileAndKeepsItsBytes() throws IOException {
    Path path = file("small", 100);
    try (PmemFile file = PmemFile.open(path, 8192, CREATE)) {
      assertThat(file.size()).isEqualTo(8192);
      assertThat(file.hasHoles()).isFalse();
    }
    byte[] content = Files.readAllBytes(path);
    assertThat(content).hasSize(8192);
    assertThat(Arrays.copyOf(content, 100)).containsOnly('x');
    assertThat(Arrays.copyOfRange(content, 100, 8192)).containsOnly(0);
  }

  @Test
  void neverTruncatesALargerFile() throws IOException {
    Path path = file("large", 20_000);
    try (PmemFile file = PmemFile.open(path, 4096, CREATE)) {
      assertThat(file.size()).isEqualTo(20_000);
    }
    try (PmemFile file = PmemFile.open(path, 4096, CREATE, SPARSE)) {
      assertThat(file.size()).isEqualTo(20_000);
    }
    assertThat(Files.readAllBytes(path)).hasSize(20_000).containsOnly('x');
  }

  @Test
  void setsOnlyTheSizeOfASparseFile() throws IOException {
    Path path = directory.resolve("sparse");
    try (PmemFile file = PmemFile.open(path, 8L << 30, CREATE, SPARSE)) {
      assertThat(file.size()).isEqualTo(8L << 30);
      assertThat(file.hasHoles()).isTrue();
      assertThat(file.reservation()).isEqualTo(Reservation.SPARSE);
    }
  }

  @Test
  void fillsTheHolesOfAFileUpToTheSizeAsked() throws IOException {
    Path path = directory.resolve("sparse");
    PmemFile.open(path, 1 << 20, CREATE, SPARSE).close();
    try (PmemFile file = PmemFile.open(path, 64 << 10, CREATE)) {
      assertThat(file.size()).isEqualTo(1 << 20);
      assertThat(file.hasHoles()).isTrue();
      assertThat(Posix.system().statx(path, true).allocatedBytes())
          .isBetween(64L << 10, 128L << 10);
    }
    try (PmemFile file = PmemFile.open(path, 1 << 20, CREATE)) {
      assertThat(file.hasHoles()).isFalse();
    }
  }

  @Test
  void touchesNoBlocksOfAFileThatHasThemAll() throws IOException {
    Path path = file("full", 20_000);
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), path, 4096, CREATE)) {
      assertThat(file.reservation()).isEqualTo(Reservation.RESERVED);
      assertThat(twin.calls("fallocate")).isOne(); // that of the control page
    }
  }

  /** Blocks that filled holes could not be taken back, so the disk would stay full. */
  @Test
  void refusesToFillHolesBeyondTheFreeSpaceBeforeItTakesAny() {
    Path path = directory.resolve("sparse");
    PmemFile.open(path, 1 << 20, CREATE, SPARSE).close();
    long allocated = Posix.system().statx(path, true).allocatedBytes();
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "fstatfs",
                (arguments, call) -> new FileSystemStatus(FileSystemStatus.EXT_MAGIC, 4096, 100));
    assertThatThrownBy(() -> PmemFile.open(twin.posix(), path, 1 << 20, CREATE))
        .hasMessageContaining("ENOSPC")
        .hasMessageContaining("free 409600 bytes");
    assertThat(Posix.system().statx(path, true).allocatedBytes()).isEqualTo(allocated);
  }

  @Test
  void writesZerosWhereTheFileSystemCannotReserve() throws IOException {
    Path fresh = directory.resolve("fresh");
    Path old = file("old", 100);
    PosixTwin twin = PosixTwin.quiet().failing("fallocate", Errno.EOPNOTSUPP);
    // The control page needs a real fallocate; it is made after the file has been sized.
    AtomicInteger seen = new AtomicInteger();
    twin.on(
        "fallocate",
        (arguments, call) -> {
          seen.incrementAndGet();
          if (arguments[0].toString().contains("control")) {
            return call.make(arguments);
          }
          throw new ErrnoException("fallocate", Errno.EOPNOTSUPP.number(), "test");
        });
    try (PmemFile file = PmemFile.open(twin.posix(), fresh, (3 << 20) + 5, CREATE)) {
      assertThat(file.reservation()).isEqualTo(Reservation.WRITTEN);
    }
    try (PmemFile file = PmemFile.open(twin.posix(), old, 5000, CREATE)) {
      assertThat(file.reservation()).isEqualTo(Reservation.WRITTEN);
    }
    assertThat(Files.readAllBytes(fresh)).hasSize((3 << 20) + 5).containsOnly(0);
    assertThat(Arrays.copyOf(Files.readAllBytes(old), 100)).containsOnly('x');
    assertThat(Files.size(old)).isEqualTo(5000);
  }

  @Test
  void refusesAnExistingFileWhenExclusive() throws IOException {
    Path path = file("there", 10);
    assertErrno(() -> PmemFile.open(path, 4096, CREATE, EXCLUSIVE), Errno.EEXIST, path);
    assertThat(Files.size(path)).isEqualTo(10);
  }

  @Test
  void opensAnExistingFileAsItIs() throws IOException {
    Path path = file("there", 5000);
    try (PmemFile file = PmemFile.open(path)) {
      assertThat(file.size()).isEqualTo(5000);
      assertThat(file.reservation()).isEqualTo(Reservation.UNTOUCHED);
      assertThat(file.isReadOnly()).isFalse();
    }
  }

  @Test
  void namesTheErrnoOfAMissingFile() {
    Path path = directory.resolve("missing");
    assertErrno(() -> PmemFile.open(path), Errno.ENOENT, path);
    assertErrno(() -> PmemFile.open(path, 4096), Errno.ENOENT, path);
  }

  @Test
  void refusesADirectory() {
    assertErrno(() -> PmemFile.open(directory), Errno.EISDIR, directory);
    assertErrno(() -> PmemFile.open(directory, 4096, CREATE), Errno.EISDIR, directory);
  }

  @Test
  void refusesAFifoWithoutWaitingForItsOtherEnd() throws Exception {
    Path path = directory.resolve("fifo");
    Process made = new ProcessBuilder("mkfifo", path.toString()).start();
    assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertProblem(() -> PmemFile.open(path, READ_ONLY), PmemProblem.NOT_MAPPABLE, path);
    assertProblem(() -> PmemFile.open(path, 4096, CREATE), PmemProblem.NOT_MAPPABLE, path);
  }

  @Test
  void refusesADeviceThatIsNoPersistentMemory() {
    Path path = Path.of("/dev/null");
    assertProblem(() -> PmemFile.open(path), PmemProblem.NOT_MAPPABLE, path);
  }

  @Test
  void refusesSizesThatAreNone() {
    Path path = directory.resolve("new");
    for (long size : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PmemFile.open(path, size, CREATE))
          .withMessageContaining("size=" + size);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void refusesASizeBeyondTheFileSystemAndLeavesNothing() {
    Path path = directory.resolve("huge");
    assertThatThrownBy(() -> PmemFile.open(path, Long.MAX_VALUE, CREATE))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining(path.toString());
    assertThat(path).doesNotExist();
  }

  @Test
  void refusesAFileThatIsSmallerThanAskedWithoutCreate() throws IOException {
    Path path = file("small", 10);
    assertProblem(() -> PmemFile.open(path, 11), PmemProblem.SIZE, path);
    Path empty = file("empty", 0);
    assertProblem(() -> PmemFile.open(empty), PmemProblem.SIZE, empty);
  }

  @Test
  void refusesOptionsThatContradict() {
    Path path = directory.resolve("new");
    assertThatIllegalArgumentException().isThrownBy(() -> PmemFile.open(path, CREATE));
    assertThatIllegalArgumentException().isThrownBy(() -> PmemFile.open(path, 1, EXCLUSIVE));
    assertThatIllegalArgumentException().isThrownBy(() -> PmemFile.open(path, 1, SPARSE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PmemFile.open(path, 1, CREATE, READ_ONLY));
    assertThat(path).doesNotExist();
  }

  @Test
  void saysWhatToDoAboutAReadOnlyFile() throws IOException {
    Path path = file("there", 10);
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "open",
                (arguments, call) -> {
                  if (((int) arguments[1] & FileCalls.O_RDWR) != 0) {
                    throw new ErrnoException("open", Errno.EACCES.number(), path.toString());
                  }
                  return call.make(arguments);
                });
    assertThatThrownBy(() -> PmemFile.open(twin.posix(), path))
        .hasMessageContaining("EACCES")
        .hasMessageContaining("READ_ONLY");
    PmemFile.open(twin.posix(), path, READ_ONLY).close();
  }

  @Test
  void refusesADanglingLinkWithAWordAboutIt() throws IOException {
    Path link = directory.resolve("link");
    Files.createSymbolicLink(link, directory.resolve("nowhere"));
    assertErrno(() -> PmemFile.open(link, 4096, CREATE), Errno.ENOENT, link);
    assertThatThrownBy(() -> PmemFile.open(link, 4096, CREATE)).hasMessageContaining("symbolic");
  }

  @Test
  void followsALinkToAFile() throws IOException {
    Path link = directory.resolve("link");
    Files.createSymbolicLink(link, file("there", 10));
    try (PmemFile file = PmemFile.open(link, 4096, CREATE)) {
      assertThat(file.size()).isEqualTo(4096);
    }
  }

  @Test
  void refusesUseAfterCloseAndClosesTwice() throws IOException {
    PmemFile file = PmemFile.open(file("there", 10));
    file.close();
    file.close();
    assertThat(file.isOpen()).isFalse();
    assertThatIllegalStateException().isThrownBy(file::size);
    assertThatIllegalStateException().isThrownBy(file::map);
  }

  @Test
  void growsToTheLargerOfTwoSizesThatRace() throws Exception {
    Path path = directory.resolve("raced");
    Thread one = Thread.ofPlatform().start(() -> PmemFile.open(path, 1 << 20, CREATE).close());
    Thread two = Thread.ofPlatform().start(() -> PmemFile.open(path, 2 << 20, CREATE).close());
    one.join();
    two.join();
    assertThat(Files.size(path)).isEqualTo(2 << 20);
  }
}
