/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.PmemMapping;
import dev.atoll.posix.WriteBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Copy and persist, beside {@code pmem_memcpy} of C libpmem. */
final class CopyGroup implements Group {
  private static final long TARGET_BYTES = 256L << 20;
  private static final long SOURCE_BYTES = 64L << 20;
  private static final long[] SIZES = {64, 256, 4096, 65_536, 262_144, 1 << 20, 16 << 20};
  private static final long SLICES_MOST = 4096;
  private static final String PEER = "C pmem_memcpy";

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public String part() {
    return "copy";
  }

  @Override
  public String conditions() {
    return "tmpfs file of 256 MiB mapped in pretend mode, source of 64 MiB off the heap (256 KiB for 64 B, 1 MiB for 256 B, 16 MiB for 4 KiB), both walked"
        + " from end to end, pages present; pmem_memcpy with flags 0, through a critical downcall"
        + " up to 256 KiB";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (BenchFile file = BenchFile.inMemory(TARGET_BYTES);
        Arena arena = Arena.ofShared()) {
      MemorySegment source = arena.allocate(SOURCE_BYTES, 4096).fill((byte) 2);
      for (long size : SIZES) {
        measure(bench, file.mapping(), source, size);
      }
    }
  }

  private static void measure(Bench bench, PmemMapping mapping, MemorySegment source, long size)
      throws InterruptedException {
    Object[] arguments = {
      mapping,
      source,
      Walk.of(0, Math.min(SOURCE_BYTES, SLICES_MOST * size), size),
      Walk.of(0, TARGET_BYTES, size)
    };
    List<Candidate> candidates = new ArrayList<>();
    if (Libpmem.isInstalled()) {
      Class<? extends Kernel> peer =
          size <= WriteBack.PIECE_BYTES ? CopyKernels.LibcShort.class : CopyKernels.LibcLong.class;
      candidates.add(Candidate.of(PEER, peer, arguments));
    }
    candidates.add(Candidate.of("PmemMapping.copyPersist", CopyKernels.Atoll.class, arguments));
    candidates.add(
        Candidate.of("MemorySegment.copy + flush", CopyKernels.CopyAndFlush.class, arguments));
    var trial =
        new Trial(
            "copy+persist",
            size,
            "1 thread",
            Trial.Unit.forCopyOf(size),
            candidates,
            Libpmem.isInstalled());
    if (!Libpmem.isInstalled()) {
      bench.skip(trial, PEER, Libpmem.REMEDY);
    }
    bench.measure(trial);
  }
}
