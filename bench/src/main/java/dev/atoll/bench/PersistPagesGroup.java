/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.PmemMapping;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Persist of an ordinary file on a disk, which is msync, beside {@link MemorySegment#force()}. */
final class PersistPagesGroup implements Group {
  private static final long FILE_BYTES = 16L << 20;
  private static final long[] SIZES = {64, 4096, 65_536};

  @Override
  public String name() {
    return "persist-pages";
  }

  @Override
  public String part() {
    return "persist";
  }

  @Override
  public String conditions() {
    return "file of 16 MiB in --directory on a disk, flushed by msync; a figure of the disk, not of"
        + " the library";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (BenchFile file = BenchFile.onDisk(bench.directory(), FILE_BYTES)) {
      MemorySegment mapped = file.byChannel().orElseThrow();
      PmemMapping mapping = file.mapping();
      for (long size : SIZES) {
        Walk walk = Walk.of(0, FILE_BYTES, size);
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(
            Candidate.of("MemorySegment.force", PersistKernels.Force.class, mapped, walk));
        candidates.add(
            Candidate.of(
                "PmemMapping.persist (" + mapping.granularity() + ")",
                PersistKernels.Atoll.class,
                mapping,
                walk));
        if (Libpmem.isInstalled()) {
          candidates.add(
              Candidate.of("C pmem_msync", PersistKernels.LibcSync.class, mapping, walk));
        }
        bench.measure(new Trial("msync", size, "1 thread", Trial.Unit.MICROS, candidates, true));
      }
    }
  }
}
