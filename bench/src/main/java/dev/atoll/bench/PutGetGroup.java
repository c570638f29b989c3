/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Put and get, beside a copy to and from the very mapping they use: other addresses of the same
 * pages would fall on other places of the first cache, which is worth ten percent at 4 KiB.
 */
final class PutGetGroup implements Group {
  private static final long HOT_BYTES = 16_384;
  private static final long HOT_OPERATIONS = 4;
  private static final long MOST_BYTES = 64L << 20;
  private static final long QUICK_BYTES = 1L << 20;
  private static final long[] SIZES = {8, 64, 4096, 65_536, 1 << 20, MOST_BYTES};

  private final Carrier carrier;

  PutGetGroup(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public String name() {
    return "put-get-" + carrier.label();
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return carrier.conditions()
        + "; pages present on both sides; walks four operations' length, at least 16 KiB, so that"
        + " sizes up to 64 KiB stay in the first two caches; the floor copies to and from the same"
        + " mapped pages";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(carrier, bench.directory());
        Exported exported = Exported.of(place.node(), MOST_BYTES);
        ImportSegment segment = exported.connect(place.node());
        ImportMapping mapping = segment.map(0, MOST_BYTES, Permission.READ_WRITE);
        Arena arena = Arena.ofShared()) {
      MemorySegment all = arena.allocate(MOST_BYTES, 4096).fill((byte) 3);
      segment.put(0, all);
      segment.get(0, all);
      for (long size : SIZES) {
        if (!bench.plan().isQuick() || size <= QUICK_BYTES) {
          measure(bench, mapping.segment(), segment, all.asSlice(0, size));
        }
      }
    }
  }

  private void measure(Bench bench, MemorySegment shared, ImportSegment segment, MemorySegment own)
      throws InterruptedException {
    long size = own.byteSize();
    Walk walk = Walk.of(0, Math.min(MOST_BYTES, Math.max(HOT_BYTES, HOT_OPERATIONS * size)), size);
    Trial.Unit unit = Trial.Unit.forCopyOf(size);
    var put =
        List.of(
            Candidate.of("MemorySegment.copy", SegmentKernels.CopyTo.class, shared, own, walk),
            Candidate.of("ImportSegment.put", SegmentKernels.Put.class, segment, own, walk));
    bench.measure(new Trial("put", size, carrier.label(), unit, put, true));
    var get =
        List.of(
            Candidate.of("MemorySegment.copy", SegmentKernels.CopyFrom.class, shared, own, walk),
            Candidate.of("ImportSegment.get", SegmentKernels.Get.class, segment, own, walk));
    bench.measure(new Trial("get", size, carrier.label(), unit, get, true));
  }
}
