/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ImportSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Operations that go to the device. What they allocate and call is counted and told; there is no
 * aim that it be nothing.
 */
final class ToldPaths implements AutoCloseable {
  /** What names begin with. */
  static final String PREFIX = "told: ";

  private static final long BYTES = 1 << 20;
  private static final long TRANSFER_BYTES = 4096;

  private final Exported exported;
  private final ImportSegment imported;
  private final Arena arena = Arena.ofShared();
  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  ToldPaths(Node node) {
    exported = Exported.of(node, BYTES, ExportOption.MEDIATED);
    imported = exported.connect(node);
    MemorySegment local = arena.allocate(TRANSFER_BYTES, 64);
    MemorySegment word = local.asSlice(0, Long.BYTES);
    Walk words = Walk.of(0, BYTES, Long.BYTES);
    Walk pages = Walk.of(0, BYTES, TRANSFER_BYTES);
    add("mediated put 8 B", SegmentKernels.Put.class, imported, word, words);
    add("mediated put 4 KiB", SegmentKernels.Put.class, imported, local, pages);
    add("mediated get 8 B", SegmentKernels.Get.class, imported, word, words);
    add("signal post", HotKernels.Post.class, imported.signals());
  }

  private void add(String name, Class<? extends Kernel> template, Object... arguments) {
    kernels.put(PREFIX + name, Kernel.isolated(template, arguments));
  }

  /** Has another thread put all the time, until that is closed. */
  Busy beBusy() {
    return new Busy(
        Kernel.isolated(
            SegmentKernels.Put.class,
            imported,
            arena.allocate(8, 8),
            Walk.of(0, BYTES, Long.BYTES)));
  }

  /** A thread that puts all the time. */
  static final class Busy implements AutoCloseable {
    private static final long AT_ONCE = 100;

    private final Thread thread;
    private volatile boolean isOver;

    private Busy(Kernel kernel) {
      thread = Thread.ofPlatform().daemon().name("bench-busy").start(() -> run(kernel));
    }

    private void run(Kernel kernel) {
      try {
        while (!isOver) {
          kernel.run(AT_ONCE);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      isOver = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** By name, in order. */
  Map<String, Kernel> kernels() {
    return kernels;
  }

  @Override
  public void close() {
    imported.close();
    exported.close();
    arena.close();
  }
}
