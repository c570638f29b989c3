/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.MemoryCalls.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCallsTest {
  private static final int READ_WRITE = PROT_READ | PROT_WRITE;

  private final Posix posix = Posix.system();
  private final long page = posix.pageSize();

  @TempDir Path directory;

  @Test
  void twoMappingsOfAMemfdShareTheirBytes() {
    try (Descriptor memfd = posix.memfd("test");
        Arena arena = Arena.ofConfined()) {
      posix.ftruncate(memfd, page);
      long first = posix.mmap(0, page, READ_WRITE, MAP_SHARED, memfd, 0);
      long second = posix.mmap(0, page, PROT_READ, MAP_SHARED, memfd, 0);
      NativeMemory.view(first, page, arena).set(ValueLayout.JAVA_LONG, 8, 42);
      assertThat(NativeMemory.view(second, page, arena).get(ValueLayout.JAVA_LONG, 8))
          .isEqualTo(42);
      posix.munmap(first, page);
      posix.munmap(second, page);
    }
  }

  @Test
  void privateMappingKeepsItsStoresToItself() {
    try (Descriptor memfd = posix.memfd("test")) {
      posix.ftruncate(memfd, page);
      long mine = posix.mmap(0, page, READ_WRITE, MAP_PRIVATE, memfd, 0);
      NativeMemory.view(mine, page).fill((byte) 9);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment back = arena.allocate(page);
        assertThat(posix.pread(memfd, back, 0)).isEqualTo(page);
        assertThat(back.get(ValueLayout.JAVA_BYTE, 5)).isZero();
      }
      posix.munmap(mine, page);
    }
  }

  @Test
  void refusalNamesCallErrnoAndRemedy() {
    assertThatThrownBy(() -> posix.munmap(1, page))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("munmap(address=0x1")
        .hasMessageContaining("EINVAL (errno 22)")
        .hasMessageContaining("page size");
  }

  @Test
  void mmapRefusesAWritableMappingOfAFileOpenedForReading() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[10]);
    try (Descriptor file = posix.open(path, FileCalls.O_RDONLY, 0)) {
      assertThatThrownBy(() -> posix.mmap(0, page, READ_WRITE, MAP_SHARED, file, 0))
          .hasMessageContaining("EACCES")
          .hasMessageContaining(path.toString())
          .hasMessageContaining("Open the file for reading and writing");
      Expect.errno(Errno.EINVAL, () -> posix.mmap(0, 0, PROT_READ, MAP_SHARED, file, 0));
      Expect.errno(Errno.EINVAL, () -> posix.mmap(0, page, PROT_READ, MAP_SHARED, file, 1));
    }
  }

  @Test
  void noReplaceRefusesARangeThatIsTaken() {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
      Expect.errno(
          Errno.EEXIST, () -> posix.mmap(memory.address(), page, PROT_READ, flags, null, 0));
    }
  }

  @Test
  void fixedReplacesInPlace() {
    try (TestMemory memory = TestMemory.of(posix, 2)) {
      memory.segment().fill((byte) 5);
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
      assertThat(posix.mmap(memory.address(), page, READ_WRITE, flags, null, 0))
          .isEqualTo(memory.address());
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, page)).isEqualTo((byte) 5);
    }
  }

  @Test
  void mapSyncIsRefusedOffDax() {
    try (Descriptor memfd = posix.memfd("test")) {
      posix.ftruncate(memfd, page);
      assertThatThrownBy(
              () -> posix.mmap(0, page, READ_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, memfd, 0))
          .hasMessageContaining("EOPNOTSUPP")
          .hasMessageContaining("dax");
    }
  }

  @Test
  void mprotectAndMsyncAndMadviseWork() {
    try (TestMemory memory = TestMemory.of(posix, 4)) {
      assertThat(posix.msync(memory.address(), memory.length())).isZero();
      assertThat(posix.msync(memory.address() + 1, 1)).isEqualTo(-Errno.EINVAL.number());
      assertThat(posix.msync(page, page)).isEqualTo(-Errno.ENOMEM.number());
      assertThat(posix.madvise(memory.address(), memory.length(), MADV_DONTFORK)).isZero();
      assertThat(posix.madvise(memory.address(), memory.length(), MADV_WILLNEED)).isZero();
      assertThat(posix.madvise(memory.address() + 1, 1, MADV_WILLNEED))
          .isEqualTo(-Errno.EINVAL.number());
      posix.mprotect(memory.address(), memory.length(), PROT_READ);
      Expect.errno(Errno.EINVAL, () -> posix.mprotect(memory.address() + 1, page, PROT_READ));
      Expect.errno(Errno.ENOMEM, () -> posix.mprotect(page, page, PROT_READ));
    }
  }

  @Test
  void populateMakesPagesPresent() {
    try (TestMemory memory = TestMemory.of(posix, 8)) {
      assertThat(posix.madvise(memory.address(), 3 * page, MADV_POPULATE_WRITE)).isZero();
      assertThat(posix.statx(memory.file()).blocks()).isEqualTo(3 * page / 512);
      assertThat(posix.madvise(memory.address(), 3 * page, MADV_POPULATE_READ)).isZero();
    }
  }

  @Test
  void sealsHoldTheSize() {
    try (Descriptor memfd = posix.memfd("test")) {
      posix.ftruncate(memfd, page);
      posix.addSeals(memfd, F_SEAL_SHRINK | F_SEAL_GROW);
      assertThat(posix.seals(memfd)).isEqualTo(F_SEAL_SHRINK | F_SEAL_GROW);
      Expect.errno(Errno.EPERM, () -> posix.ftruncate(memfd, 2 * page));
      Expect.errno(Errno.EPERM, () -> posix.ftruncate(memfd, 1));
      posix.addSeals(memfd, F_SEAL_SEAL);
      Expect.errno(Errno.EPERM, () -> posix.addSeals(memfd, F_SEAL_WRITE));
    }
  }

  @Test
  void ordinaryFilesHaveNoSeals() {
    Path path = directory.resolve("file");
    try (Descriptor file = posix.open(path, FileCalls.O_RDWR | FileCalls.O_CREAT, 0600)) {
      // A temporary directory may be a tmpfs, whose files are sealed against sealing.
      assertThat(posix.seals(file)).isIn(-Errno.EINVAL.number(), F_SEAL_SEAL);
    }
  }

  @Test
  void futureWriteSealLeavesTheMappingThatExists() {
    try (Descriptor memfd = posix.memfd("test")) {
      posix.ftruncate(memfd, page);
      long mine = posix.mmap(0, page, READ_WRITE, MAP_SHARED, memfd, 0);
      posix.addSeals(memfd, F_SEAL_FUTURE_WRITE);
      NativeMemory.view(mine, page).set(ValueLayout.JAVA_INT, 0, 77);
      Expect.errno(Errno.EPERM, () -> posix.mmap(0, page, READ_WRITE, MAP_SHARED, memfd, 0));
      long reading = posix.mmap(0, page, PROT_READ, MAP_SHARED, memfd, 0);
      assertThat(NativeMemory.view(reading, page).get(ValueLayout.JAVA_INT, 0)).isEqualTo(77);
      posix.munmap(mine, page);
      posix.munmap(reading, page);
    }
  }

  @Test
  void writeSealIsRefusedWhileAWritableMappingExists() {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      Expect.errno(Errno.EBUSY, () -> posix.addSeals(memory.file(), F_SEAL_WRITE));
    }
  }

  @Test
  void membarrierRegistersAndFences() {
    assertThat(posix.membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED)).isZero();
    assertThat(posix.membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED)).isZero();
    assertThat(posix.membarrier(1 << 30)).isEqualTo(-Errno.EINVAL.number());
  }

  @Test
  void viewsEndWithTheirArena() {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      MemorySegment view;
      try (Arena arena = Arena.ofConfined()) {
        view = NativeMemory.view(memory.address(), memory.length(), arena);
        view.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      }
      assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    }
  }

  @Test
  void nameOfAMemfdThatIsTooLongIsRefused() {
    Expect.errno(Errno.EINVAL, () -> posix.memfd("x".repeat(250)));
  }
}
