/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.FileCalls.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCallsTest {
  private final Posix posix = Posix.system();

  @TempDir Path directory;

  @Test
  void writesAndReadsAtOffsets() throws IOException {
    Path path = directory.resolve("file");
    try (Descriptor file = posix.open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
        Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom("persist");
      assertThat(posix.pwrite(file, text.asSlice(0, 7), 3)).isEqualTo(7);
      MemorySegment back = arena.allocate(64);
      assertThat(posix.pread(file, back, 0)).isEqualTo(10);
      assertThat(posix.pread(file, back, 10)).isZero();
      assertThat(Files.readString(path)).isEqualTo("\0\0\0persist");
      posix.fdatasync(file);
      posix.fsync(file);
    }
  }

  @Test
  void openRefusesWithPathAndErrno() throws IOException {
    Path path = directory.resolve("file");
    Expect.errno(Errno.ENOENT, () -> posix.open(path, O_RDONLY, 0));
    Files.writeString(path, "x");
    Expect.errno(Errno.EEXIST, () -> posix.open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
    Expect.errno(Errno.ENOTDIR, () -> posix.open(path, O_RDONLY | O_DIRECTORY, 0));
    Expect.errno(Errno.EISDIR, () -> posix.open(directory, O_RDWR, 0));
    Path link = Files.createSymbolicLink(directory.resolve("link"), path);
    Expect.errno(Errno.ELOOP, () -> posix.open(link, O_RDONLY | O_NOFOLLOW, 0));
    posix.open(link, O_RDONLY, 0).close();
    assertThatThrownBy(() -> posix.open(directory.resolve("none"), O_RDONLY, 0))
        .hasMessageStartingWith("open(" + directory.resolve("none") + "): ENOENT (errno 2). ");
  }

  @Test
  void namesThatAreNotAsciiAreThoseOfJavaNio() throws IOException {
    assumeTrue(
        StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding")),
        "java.nio can't name such a file in this locale");
    Path path = directory.resolve("größe");
    posix.open(path, O_RDWR | O_CREAT, 0600).close();
    assertThat(Files.exists(path)).isTrue();
  }

  @Test
  void namesThatAreNotValidInTheEncodingReachTheSameFile() throws Exception {
    // Bytes that no UTF-8 text holds, in the name of a directory and of a file.
    String make =
        "cd \"$1\" && d=$(printf 'd\\377%%') && mkdir \"$d\" && cd \"$d\" && "
            + "printf hello > \"$(printf 'f \\376%%41')\"";
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", make, "sh", directory.toString()).inheritIO().start();
    assertThat(shell.waitFor()).isZero();
    Path odd = onlyEntry(directory);
    Path path = onlyEntry(odd);
    assertThat(posix.statx(path, true).size()).isEqualTo(5);
    assertThat(posix.statx(odd, false).isDirectory()).isTrue();
    posix.open(path, O_RDWR | O_CREAT, 0600).close();
    assertThat(onlyEntry(odd)).isEqualTo(path);
    Path relative = Path.of("").toAbsolutePath().relativize(path);
    assertThat(relative.isAbsolute()).isFalse();
    assertThat(posix.statx(relative, true).size()).isEqualTo(5);
    Path none = path.resolveSibling(path.getFileName() + "x");
    Expect.errno(Errno.ENOENT, () -> posix.statx(none, true));
  }

  private static Path onlyEntry(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      List<Path> all = entries.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void modeIsLimitedByTheMaskAndChangedByFchmod() throws IOException {
    Path path = directory.resolve("file");
    try (Descriptor file = posix.open(path, O_RDWR | O_CREAT, 0666)) {
      assertThat(posix.statx(file).permissions()).isEqualTo(0666 & ~posix.umask());
      posix.fchmod(file, 0640);
      assertThat(posix.statx(file).permissions()).isEqualTo(0640);
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }
  }

  @Test
  void openFlagsTellHowItWasOpened() {
    Path path = directory.resolve("file");
    posix.open(path, O_RDWR | O_CREAT, 0600).close();
    try (Descriptor reading = posix.open(path, O_RDONLY, 0);
        Descriptor writing = posix.open(path, O_WRONLY | O_NONBLOCK, 0);
        Descriptor both = posix.open(path, O_RDWR, 0);
        Descriptor named = posix.open(path, O_PATH, 0)) {
      assertThat(posix.openFlags(reading)).isEqualTo(O_RDONLY);
      assertThat(posix.openFlags(writing)).isEqualTo(O_WRONLY | O_NONBLOCK);
      assertThat(posix.openFlags(both)).isEqualTo(O_RDWR);
      assertThat(posix.openFlags(named)).isEqualTo(O_PATH);
    }
  }

  @Test
  void statxTellsWhatJavaNioTells() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[12345]);
    try (Descriptor file = posix.open(path, O_RDONLY, 0)) {
      FileStatus status = posix.statx(file);
      assertThat(status).isEqualTo(posix.statx(path, true));
      assertThat(status.size()).isEqualTo(12345);
      assertThat(status.inode()).isEqualTo(Files.getAttribute(path, "unix:ino"));
      assertThat(status.links())
          .isEqualTo(((Integer) Files.getAttribute(path, "unix:nlink")).longValue());
      assertThat(status.uid()).isEqualTo(posix.effectiveUid());
      assertThat(status.gid()).isEqualTo(Files.getAttribute(path, "unix:gid"));
      assertThat(status.mode()).isEqualTo(Files.getAttribute(path, "unix:mode"));
      assertThat(javaDevice(status.device())).isEqualTo(Files.getAttribute(path, "unix:dev"));
      assertThat(status.blocks()).isPositive();
      assertThat(status.isRegularFile()).isTrue();
    }
  }

  /** What makedev(3) makes of major and minor. */
  private static long javaDevice(long device) {
    long major = device >>> 32;
    long minor = device & 0xFFFFFFFFL;
    return (minor & 0xFF) | (major & 0xFFF) << 8 | (minor & ~0xFFL) << 12 | (major & ~0xFFFL) << 32;
  }

  @Test
  void statxTellsKindsApart() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    assertThat(posix.statx(directory, true).isDirectory()).isTrue();
    assertThat(posix.statx(link, false).isSymbolicLink()).isTrue();
    assertThat(posix.statx(link, true).isDirectory()).isTrue();
    FileStatus device = posix.statx(Path.of("/dev/zero"), true);
    assertThat(device.isCharacterDevice()).isTrue();
    assertThat(device.deviceNumber()).isEqualTo(1L << 32 | 5);
    assertThat(posix.socketPair())
        .allSatisfy(socket -> {
          assertThat(posix.statx(socket).isSocket()).isTrue();
          socket.close();
        });
    Expect.errno(Errno.ENOENT, () -> posix.statx(directory.resolve("none"), true));
  }

  @Test
  void fstatfsTellsTmpfsFromProc() {
    try (Descriptor memfd = posix.memfd("test");
        Descriptor proc = posix.open(Path.of("/proc/self/status"), O_RDONLY, 0)) {
      FileSystemStatus status = posix.fstatfs(memfd);
      assertThat(status.name()).isEqualTo("tmpfs");
      assertThat(status.isVolatile()).isTrue();
      assertThat(status.blockSize()).isEqualTo(posix.pageSize());
      assertThat(posix.fstatfs(proc).name()).isEqualTo("0x9fa0");
    }
  }

  @Test
  void fstatfsTellsTheFreeSpaceOfJavaNio() throws IOException {
    try (Descriptor file = posix.open(directory, O_RDONLY | O_DIRECTORY, 0)) {
      FileSystemStatus status = posix.fstatfs(file);
      long usable = Files.getFileStore(directory).getUsableSpace();
      // Others write to it too.
      assertThat(status.bytesFree()).isBetween(usable / 2, usable * 2);
    }
  }

  @Test
  void fallocateReservesAndPunchesHoles() {
    try (Descriptor memfd = posix.memfd("test")) {
      long page = posix.pageSize();
      posix.fallocate(memfd, 0, 0, 8 * page);
      assertThat(posix.statx(memfd).size()).isEqualTo(8 * page);
      assertThat(posix.statx(memfd).blocks()).isEqualTo(8 * page / 512);
      posix.fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2 * page, 3 * page);
      assertThat(posix.statx(memfd).size()).isEqualTo(8 * page);
      assertThat(posix.statx(memfd).blocks()).isEqualTo(5 * page / 512);
      Expect.errno(Errno.EINVAL, () -> posix.fallocate(memfd, 0, 0, 0));
    }
  }

  @Test
  void lockBelongsToTheOpenFile() {
    Path path = directory.resolve("lock");
    Descriptor first = posix.open(path, O_RDWR | O_CREAT, 0600);
    try (Descriptor second = posix.open(path, O_RDWR, 0)) {
      assertThat(posix.tryLock(first)).isTrue();
      assertThat(posix.tryLock(first)).isTrue();
      assertThat(posix.tryLock(second)).isFalse();
      Descriptor same = posix.duplicate(first);
      first.close();
      assertThat(posix.tryLock(second)).isFalse();
      same.close();
      assertThat(posix.tryLock(second)).isTrue();
    }
  }

  @Test
  void unlockGivesTheLockBack() {
    Path path = directory.resolve("lock");
    try (Descriptor first = posix.open(path, O_RDWR | O_CREAT, 0600);
        Descriptor second = posix.open(path, O_RDWR, 0)) {
      posix.unlock(first);
      assertThat(posix.tryLock(first)).isTrue();
      assertThat(posix.tryLock(second)).isFalse();
      posix.unlock(first);
      assertThat(posix.tryLock(second)).isTrue();
    }
  }

  @Test
  void duplicateOutlivesTheFirst() {
    Descriptor first = posix.memfd("test");
    posix.ftruncate(first, 99);
    try (Descriptor second = posix.duplicate(first)) {
      first.close();
      assertThat(posix.statx(second).size()).isEqualTo(99);
    }
  }

  @Test
  void closedDescriptorIsRefusedInWords() {
    Descriptor file = posix.memfd("test");
    file.close();
    file.close();
    assertThat(file.isOpen()).isFalse();
    assertThatThrownBy(() -> posix.statx(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("descriptor is closed: memfd:test");
    Expect.errno(Errno.EBADF, () -> posix.close(1_000_000, "nothing"));
  }

  @Test
  void heapMemoryAndClosedArenasAreRefused() {
    try (Descriptor file = posix.memfd("test")) {
      MemorySegment heap = MemorySegment.ofArray(new byte[8]);
      assertThatThrownBy(() -> posix.pread(file, heap, 0))
          .isInstanceOf(IllegalArgumentException.class);
      MemorySegment dead;
      try (Arena arena = Arena.ofConfined()) {
        dead = arena.allocate(8);
      }
      assertThatThrownBy(() -> posix.pwrite(file, dead, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void failuresOfTransfersNameSizes() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[10]);
    try (Descriptor reading = posix.open(path, O_RDONLY, 0);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> posix.pwrite(reading, arena.allocate(8), 16))
          .hasMessageContaining("length=8, offset=16")
          .hasMessageContaining("errno 9");
      Expect.errno(Errno.EINVAL, () -> posix.ftruncate(reading, 5));
    }
  }

  @Test
  void ramfsIsMemory() {
    FileSystemStatus ramfs = new FileSystemStatus(FileSystemStatus.RAMFS_MAGIC, 4096, 0);
    assertThat(ramfs.isVolatile()).isTrue();
    assertThat(ramfs.name()).isEqualTo("ramfs");
  }
}
