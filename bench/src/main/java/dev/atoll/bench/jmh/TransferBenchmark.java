/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench.jmh;

import dev.atoll.Node;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

/** Put, get and a look at the signals, beside the bare copy; the device is embedded. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class TransferBenchmark {
  /** Bytes of one operation. */
  @Param({"8", "4096", "1048576"})
  public int size;

  private Node node;
  private SharedMemory region;
  private ExportSegment exported;
  private ImportSegment imported;
  private MemorySegment shared;
  private MemorySegment local;

  /** Made by JMH. */
  public TransferBenchmark() {}

  /** Makes a segment and connects to it. */
  @Setup(Level.Trial)
  public void setup() {
    node = Node.embedded();
    region = node.allocate(size);
    shared = region.segment().fill((byte) 1);
    Controller controller = node.controller(Controller.LOOPBACK);
    exported = controller.export(region);
    imported = controller.connect(node.nodeId(), exported.publish(0), Permission.READ_WRITE);
    local = Arena.ofAuto().allocate(size, 64);
    imported.put(0, local);
  }

  /** Takes all of it away. */
  @TearDown(Level.Trial)
  public void tearDown() {
    imported.close();
    exported.close();
    region.close();
    node.close();
  }

  /** A put. */
  @Benchmark
  public void put() {
    imported.put(0, local);
  }

  /** A get. */
  @Benchmark
  public void get() {
    imported.get(0, local);
  }

  /** The floor of a put. */
  @Benchmark
  public void copy() {
    MemorySegment.copy(local, 0, shared, 0, local.byteSize());
  }

  /**
   * A look at the signals.
   *
   * @return how many wait
   */
  @Benchmark
  public int pending() {
    return imported.signals().pending();
  }
}
