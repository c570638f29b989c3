/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.pmem.PmemMapping;
import java.util.ArrayList;
import java.util.List;

/** Persist where cache lines are flushed, beside C libpmem; one thread, and two on one mapping. */
final class PersistGroup implements Group {
  private static final long FILE_BYTES = 64L << 20;
  private static final long[] SIZES = {64, 256, 4096, 65_536};
  private static final String PEER = "C pmem_persist";

  @Override
  public String name() {
    return "persist-lines";
  }

  @Override
  public String part() {
    return "persist";
  }

  @Override
  public String conditions() {
    return "tmpfs file of 64 MiB mapped in pretend mode, pages present; each operation stores a"
        + " word in every line and persists the range; the peer is called in the same JVM through"
        + " a critical downcall";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (BenchFile file = BenchFile.inMemory(FILE_BYTES)) {
      for (int threads = 1; threads <= 2; threads++) {
        for (long size : SIZES) {
          measure(bench, file.mapping(), threads, size);
        }
      }
    }
  }

  private static void measure(Bench bench, PmemMapping mapping, int threads, long size)
      throws InterruptedException {
    String mode = threads == 1 ? "1 thread" : "2 threads, one mapping";
    List<Candidate> candidates = new ArrayList<>();
    if (Libpmem.isInstalled()) {
      candidates.add(candidate(PEER, PersistKernels.Libc.class, mapping, threads, size));
    }
    candidates.add(
        candidate("PmemMapping.persist", PersistKernels.Atoll.class, mapping, threads, size));
    var trial =
        new Trial("persist", size, mode, Trial.Unit.NANOS, candidates, Libpmem.isInstalled());
    if (!Libpmem.isInstalled()) {
      bench.skip(trial, PEER, Libpmem.REMEDY);
    }
    bench.measure(trial);
  }

  private static Candidate candidate(
      String name, Class<? extends Kernel> template, PmemMapping mapping, int threads, long size) {
    List<Kernel> kernels = new ArrayList<>();
    long part = FILE_BYTES / threads;
    for (int i = 0; i < threads; i++) {
      kernels.add(Kernel.isolated(template, mapping, Walk.of(i * part, part, size)));
    }
    return new Candidate(name, kernels);
  }
}
