/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.WriteBack;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that someone made smaller is noticed by every call that asks the kernel anything. */
class TruncationTest {
  private static final long SIZE = 64 << 10;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private Path path() {
    return directory.resolve("file");
  }

  private void truncate(long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void assertTruncated(Runnable call) {
    assertThatThrownBy(call::run)
        .hasMessageContaining("size now 4096")
        .asInstanceOf(InstanceOfAssertFactories.type(PmemException.class))
        .satisfies(e -> assertThat(e.problem()).isEqualTo(PmemProblem.TRUNCATED));
  }

  @Test
  void isNoticedWherePagesAreFlushed() throws IOException {
    try (PmemFile file = PmemFile.open(path(), SIZE, CREATE);
        PmemMapping mapping = file.map();
        PmemMapping part = file.map(MapMode.SHARED, 0, 4096)) {
      truncate(4096);
      MemorySegment source = MemorySegment.ofArray(new byte[8]);
      for (Runnable call :
          List.<Runnable>of(
              () -> mapping.persist(0, 8),
              () -> mapping.flush(8192, 8),
              () -> mapping.sync(0, 8),
              () -> mapping.deepPersist(0, 8),
              () -> mapping.copy(source, 8192),
              () -> mapping.copyPersist(source, 0),
              () -> mapping.advise(0, 8, Advice.WILL_NEED),
              mapping::attributes,
              file::map,
              () -> file.map(MapMode.SHARED, 4096, 4096))) {
        assertTruncated(call);
      }
      part.persist(0, 4096);
      file.map(MapMode.SHARED, 0, 4096).close();
      assertThat(file.size()).isEqualTo(4096);
    }
  }

  @Test
  void isNoticedOffTheHotPathWhereLinesAreFlushed() throws IOException {
    Assumptions.assumeTrue(
        WriteBack.isAvailable(), () -> WriteBack.unavailabilityCause().orElse("no write-back"));
    try (PmemFile file = PmemFile.open(PosixTwin.grantingMapSync().posix(), path(), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      truncate(4096);
      MemorySegment source = MemorySegment.ofArray(new byte[8]);
      assertTruncated(() -> mapping.sync(0, 8));
      assertTruncated(() -> mapping.deepPersist(0, 8));
      assertTruncated(() -> mapping.advise(0, 8, Advice.WILL_NEED));
      assertTruncated(mapping::attributes);
      // A small copy is an ordinary one, whose fault the virtual machine turns into an error.
      assertTruncated(() -> mapping.copy(source, 8192));
      mapping.persist(0, 4096);
    }
  }

  @Test
  void isNoNewsWhenTheFileGrows() throws IOException {
    try (PmemFile file = PmemFile.open(path(), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      PmemFile.open(path(), 2 * SIZE, CREATE).close();
      mapping.persist(0, SIZE);
      assertThat(mapping.attributes().hasHoles()).isFalse();
      try (PmemMapping larger = file.map()) {
        assertThat(larger.size()).isEqualTo(2 * SIZE);
      }
    }
  }
}
