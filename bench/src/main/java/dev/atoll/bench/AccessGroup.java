/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Loads and stores through a mapped import, beside plain memory off the heap. */
final class AccessGroup implements Group {
  private static final long BYTES = 16_384;

  @Override
  public String name() {
    return "access";
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return "longs one after the other over 16 KiB; the floor is memory of Arena.ofShared()";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(Carrier.EMBEDDED, bench.directory());
        Exported exported = Exported.of(place.node(), BYTES);
        ImportSegment segment = exported.connect(place.node());
        ImportMapping mapping = segment.map(0, BYTES, Permission.READ_WRITE);
        Arena arena = Arena.ofShared()) {
      MemorySegment plain = arena.allocate(BYTES, 4096).fill((byte) 4);
      MemorySegment mapped = mapping.segment().fill((byte) 4);
      measure(bench, "load", SegmentKernels.Load.class, plain, mapped);
      measure(bench, "store", SegmentKernels.Store.class, plain, mapped);
    }
  }

  private static void measure(
      Bench bench,
      String name,
      Class<? extends Kernel> template,
      MemorySegment plain,
      MemorySegment mapped)
      throws InterruptedException {
    var candidates =
        List.of(
            Candidate.of("plain memory", template, plain),
            Candidate.of("ImportMapping.segment", template, mapped));
    bench.measure(new Trial(name, Long.BYTES, "embedded", Trial.Unit.NANOS, candidates, true));
  }
}
