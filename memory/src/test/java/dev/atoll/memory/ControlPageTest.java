/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPageTest {
  private static final int SEALS =
      MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Posix posix = Posix.system();

  @Test
  void startsWithoutGenerationAndFailure() {
    try (ControlPage page = ControlPage.create(posix)) {
      assertThat(page.generation()).isZero();
      assertThat(page.failedErrno()).isZero();
      assertThat(page.isWritable()).isTrue();
      assertThat(posix.seals(page.descriptor())).isEqualTo(SEALS);
      assertThat(posix.statx(page.descriptor()).permissions()).isEqualTo(0600);
    }
  }

  @Test
  void showsFailureToAllWhoShareIt() {
    try (ControlPage mine = ControlPage.create(posix);
        ControlPage theirs = ControlPage.attach(posix, posix.duplicate(mine.descriptor()), true)) {
      theirs.markFailed(5);
      mine.markFailed(28);
      assertThat(mine.failedErrno()).as("the first stays").isEqualTo(5);
      assertThat(theirs.failedErrno()).isEqualTo(5);
      assertThatThrownBy(() -> mine.markFailed(0)).hasMessageContaining("errno=0");
    }
  }

  @Test
  void countsGenerationForAll() {
    try (ControlPage mine = ControlPage.create(posix);
        ControlPage theirs = ControlPage.attach(posix, posix.duplicate(mine.descriptor()), false)) {
      assertThat(mine.nextGeneration()).isEqualTo(1);
      assertThat(mine.nextGeneration()).isEqualTo(2);
      assertThat(theirs.generation()).isEqualTo(2);
      assertThatThrownBy(theirs::nextGeneration).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> theirs.markFailed(5)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void throwsAfterClose() {
    ControlPage page = ControlPage.create(posix);
    Descriptor descriptor = page.descriptor();
    page.close();
    page.close();
    assertThat(descriptor.isOpen()).isFalse();
    assertThatThrownBy(page::failedErrno).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(page::generation).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsItsBytesInPlace() {
    // Golden bytes: a change of these needs a new version.
    try (ControlPage page = ControlPage.create(posix);
        Arena arena = Arena.ofConfined()) {
      page.markFailed(5);
      assertThat(page.nextGeneration()).isEqualTo(1);
      MemorySegment bytes = arena.allocate(4096);
      assertThat(posix.pread(page.descriptor(), bytes, 0)).isEqualTo(4096);
      assertThat(
              new String(
                  bytes.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE),
                  java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("ATOLLCTL");
      assertThat(bytes.get(INT, 8)).isEqualTo(1);
      assertThat(bytes.get(INT, 12)).isEqualTo(4096);
      assertThat(bytes.get(INT, 64)).isEqualTo(1);
      assertThat(bytes.get(INT, 128)).isEqualTo(5);
      bytes.asSlice(0, 16).fill((byte) 0);
      bytes.set(INT, 64, 0);
      bytes.set(INT, 128, 0);
      assertThat(bytes.mismatch(arena.allocate(4096))).isEqualTo(-1);
    }
  }

  @Test
  void refusesFileThatCouldShrink() {
    refuses(page(4096, MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL, true), "required=");
    refuses(page(4096, MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_SEAL, true), "required=");
    refuses(page(4096, 0, true), "seals=none");
  }

  @Test
  void refusesFileThatOthersCouldSealAgainstUs() {
    refuses(page(4096, MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW, true), "required=");
  }

  @Test
  void refusesOtherSizes() {
    refuses(page(8192, SEALS, true), "size=8192 expected=4096");
    refuses(page(0, SEALS, false), "size=0");
    refuses(page(100, SEALS, false), "size=100");
  }

  @Test
  void refusesWrongHeader() {
    refuses(page(4096, SEALS, false), "magic=0x0");
    refuses(page(4096, SEALS, true, 8, 2), "version=2 expected=1");
    refuses(page(4096, SEALS, true, 12, 8192), "pageBytes=8192");
  }

  @Test
  void refusesWriteSealedFileForWriting() {
    refuses(page(4096, SEALS | MemoryCalls.F_SEAL_FUTURE_WRITE, true), "FUTURE_WRITE");
    try (ControlPage page =
        ControlPage.attach(
            posix, page(4096, SEALS | MemoryCalls.F_SEAL_FUTURE_WRITE, true), false)) {
      assertThat(page.failedErrno()).isZero();
    }
  }

  @Test
  void refusesWhatIsNoMemfd(@TempDir Path directory) throws IOException {
    refuses(posix.eventfd(0), "no ");
    refuses(posix.open(directory, FileCalls.O_RDONLY, 0), "no regular file");
    Path file = directory.resolve("f");
    java.nio.file.Files.write(file, new byte[4096]);
    refuses(posix.open(file, FileCalls.O_RDWR, 0), "seals");
  }

  @Test
  void refusesToWriteThroughReadOnlyDescriptor() {
    try (ControlPage page = ControlPage.create(posix)) {
      Path self = Path.of("/proc/self/fd/" + page.descriptor().number());
      Descriptor readOnly = posix.open(self, FileCalls.O_RDONLY, 0);
      assertThatThrownBy(() -> ControlPage.attach(posix, readOnly, true))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.code()).isEqualTo("EACCES"));
      assertThat(readOnly.isOpen()).isFalse();
    }
  }

  private void refuses(Descriptor descriptor, String reason) {
    assertThatThrownBy(() -> ControlPage.attach(posix, descriptor, true))
        .isInstanceOf(RefusedMemoryException.class)
        .hasMessageContaining(reason);
    assertThat(descriptor.isOpen()).isFalse();
  }

  private Descriptor page(long size, int seals, boolean hasHeader) {
    return page(size, seals, hasHeader, -1, 0);
  }

  private Descriptor page(long size, int seals, boolean hasHeader, long at, int value) {
    Descriptor descriptor = posix.memfd("page");
    posix.ftruncate(descriptor, size);
    try (Arena arena = Arena.ofConfined()) {
      if (hasHeader) {
        MemorySegment header = arena.allocate(16);
        header.set(LONG, 0, ControlPageLayout.MAGIC);
        header.set(INT, 8, 1);
        header.set(INT, 12, 4096);
        if (at >= 0) {
          header.set(INT, at, value);
        }
        assertThat(posix.pwrite(descriptor, header, 0)).isEqualTo(16);
      }
    }
    if (seals != 0) {
      posix.addSeals(descriptor, seals);
    }
    return descriptor;
  }
}
