/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.Advice;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A mapped file of a benchmark, all its pages present. Its name goes as soon as it is mapped, so
 * that nothing is left behind however the process ends.
 *
 * @param mapping what is measured
 * @param byChannel the same file as java.nio maps it; for a file on a disk only
 */
record BenchFile(PmemMapping mapping, Optional<MemorySegment> byChannel) implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  /** On tmpfs, cache lines flushed as if it were persistent memory. */
  static BenchFile inMemory(long size) {
    return make(MEMORY, size, EnumSet.of(PmemOption.PRETEND));
  }

  /** On a disk, flushed by msync. */
  static BenchFile onDisk(Path directory, long size) {
    return make(directory, size, EnumSet.noneOf(PmemOption.class));
  }

  private static BenchFile make(Path directory, long size, Set<PmemOption> more) {
    Path path = directory.resolve("atoll-bench-" + ProcessHandle.current().pid() + ".pmem");
    EnumSet<PmemOption> options = EnumSet.of(PmemOption.CREATE, PmemOption.EXCLUSIVE);
    options.addAll(more);
    try (PmemFile file = PmemFile.open(path, size, options.toArray(PmemOption[]::new))) {
      try {
        PmemMapping mapping = file.map();
        // Written once, so that no page has yet to be made or zeroed.
        mapping.segment().fill((byte) 1);
        mapping.advise(0, size, Advice.POPULATE_WRITE);
        boolean isOnDisk = more.isEmpty();
        return new BenchFile(
            mapping, isOnDisk ? Optional.of(mapByChannel(path, size)) : Optional.empty());
      } finally {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("making " + path, e);
    }
  }

  private static MemorySegment mapByChannel(Path path, long size) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, Arena.global()).fill((byte) 1);
    }
  }

  @Override
  public void close() {
    mapping.close();
  }
}
