/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.Advice;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/** A mapped file of a benchmark, all its pages present; closing deletes it. */
record BenchFile(Path path, PmemMapping mapping) implements AutoCloseable {
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
      PmemMapping mapping = file.map();
      // Written once, so that no page has yet to be made or zeroed.
      mapping.segment().fill((byte) 1);
      mapping.advise(0, size, Advice.POPULATE_WRITE);
      return new BenchFile(path, mapping);
    }
  }

  /** Maps the same file as java.nio does. */
  MemorySegment mappedByChannel() {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment segment =
          channel.map(
              FileChannel.MapMode.READ_WRITE, 0, mapping.size(), java.lang.foreign.Arena.global());
      segment.fill((byte) 1);
      return segment;
    } catch (IOException e) {
      throw new UncheckedIOException("mapping " + path, e);
    }
  }

  @Override
  public void close() {
    mapping.close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + path, e);
    }
  }
}
