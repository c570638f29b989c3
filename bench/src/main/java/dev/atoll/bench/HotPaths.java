/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.rsm.ImportSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** The operations that must neither allocate nor make a system call, with all they need. */
final class HotPaths implements AutoCloseable {
  private static final long BYTES = 1 << 20;
  private static final long TRANSFER_BYTES = 4096;

  private final Node node = Node.embedded();
  private final Exported exported = Exported.of(node, BYTES);
  private final ImportSegment imported = exported.connect(node);
  private final BenchFile file = BenchFile.inMemory(BYTES);
  private final Arena arena = Arena.ofShared();
  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  HotPaths() {
    PmemMapping mapping = file.mapping();
    MemorySegment local = arena.allocate(TRANSFER_BYTES, 64);
    MemorySegment word = local.asSlice(0, Long.BYTES);
    Walk words = Walk.of(0, BYTES, Long.BYTES);
    Walk lines = Walk.of(0, BYTES, Walk.LINE_BYTES);
    Walk pages = Walk.of(0, BYTES, TRANSFER_BYTES);
    add("put 8 B", SegmentKernels.Put.class, imported, word, words);
    add("get 8 B", SegmentKernels.Get.class, imported, word, words);
    add("put 4 KiB", SegmentKernels.Put.class, imported, local, pages);
    add("get 4 KiB", SegmentKernels.Get.class, imported, local, pages);
    add("persist 64 B", PersistKernels.Atoll.class, mapping, lines);
    add("flush, fence 64 B", HotKernels.FlushAndFence.class, mapping, lines);
    add("commitLong", HotKernels.Commit.class, mapping, words);
    add("copyPersist 64 B", CopyKernels.Atoll.class, mapping, local, lines.alone(), lines);
    add("copyPersist 4 KiB", CopyKernels.Atoll.class, mapping, local, pages.alone(), pages);
    add("signals pending", HotKernels.Pending.class, imported.signals());
  }

  private void add(String name, Class<? extends Kernel> template, Object... arguments) {
    kernels.put(name, Kernel.isolated(template, arguments));
  }

  /** By name, in order. */
  Map<String, Kernel> kernels() {
    return kernels;
  }

  @Override
  public void close() {
    arena.close();
    file.close();
    imported.close();
    exported.close();
    node.close();
  }
}
