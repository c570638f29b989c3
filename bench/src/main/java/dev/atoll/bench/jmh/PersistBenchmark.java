/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A mapping in pretend mode: store and persist, flush and fence, copy and persist. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class PersistBenchmark {
  private static final long FILE_BYTES = 16L << 20;

  /** Bytes of one operation. */
  @Param({"64", "4096", "65536"})
  public int size;

  private Path path;
  private PmemMapping mapping;
  private MemorySegment segment;
  private MemorySegment source;
  private long at;
  private long value;

  /** Made by JMH. */
  public PersistBenchmark() {}

  /**
   * Makes the file.
   *
   * @throws IOException if it can't
   */
  @Setup(Level.Trial)
  public void setup() throws IOException {
    path = Files.createTempFile(Path.of("/dev/shm"), "atoll-jmh", ".pmem");
    try (PmemFile file = PmemFile.open(path, FILE_BYTES, PmemOption.CREATE, PmemOption.PRETEND)) {
      mapping = file.map();
    }
    segment = mapping.segment().fill((byte) 1);
    source = MemorySegment.ofArray(new byte[size]);
  }

  /**
   * Deletes the file.
   *
   * @throws IOException if it can't
   */
  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    mapping.close();
    Files.delete(path);
  }

  /** One word in every line, and a persist of the range. */
  @Benchmark
  public void persist() {
    dirty();
    mapping.persist(at, size);
    next();
  }

  /** The same in two steps. */
  @Benchmark
  public void flushAndFence() {
    dirty();
    mapping.flush(at, size);
    mapping.fence();
    next();
  }

  /** A copy from the heap, persisted. */
  @Benchmark
  public void copyPersist() {
    mapping.copyPersist(source, at);
    next();
  }

  private void dirty() {
    value++;
    for (long line = 0; line < size; line += 64) {
      segment.set(JAVA_LONG, at + line, value);
    }
  }

  private void next() {
    at = at + 2L * size > FILE_BYTES ? 0 : at + size;
  }
}
