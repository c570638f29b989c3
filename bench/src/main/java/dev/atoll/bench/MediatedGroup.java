/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ImportSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Put and get that go through the device, beside those that do not. */
final class MediatedGroup implements Group {
  private static final long MOST_BYTES = 1 << 20;
  private static final long[] SIZES = {8, 4096, MOST_BYTES};
  private static final int WARM = 20_000;
  private static final int WARM_BLOCK = 20;
  private static final long WARM_NANOS = 3_000_000_000L;

  private final Carrier carrier;

  MediatedGroup(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public String name() {
    return "mediated-" + carrier.label();
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return carrier.conditions()
        + "; each operation waits until the device has done the one before; the same place again and"
        + " again; the floor is the same operation on an import that is not mediated";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(carrier, bench.directory());
        Exported plain = Exported.of(place.node(), MOST_BYTES);
        Exported mediated = Exported.of(place.node(), MOST_BYTES, ExportOption.MEDIATED);
        ImportSegment direct = plain.connect(place.node());
        ImportSegment through = mediated.connect(place.node());
        Arena arena = Arena.ofShared()) {
      if (!through.isMediated()) {
        throw new IllegalStateException("the import is not mediated");
      }
      MemorySegment all = arena.allocate(MOST_BYTES, 4096).fill((byte) 3);
      for (long size : SIZES) {
        MemorySegment own = all.asSlice(0, size);
        Walk walk = Walk.of(0, Math.max(Walk.LINE_BYTES, size), size).alone();
        put(bench, direct, through, own, walk);
        get(bench, direct, through, own, walk);
      }
    }
  }

  private void put(
      Bench bench, ImportSegment direct, ImportSegment through, MemorySegment own, Walk walk)
      throws InterruptedException {
    Class<? extends Kernel> template = SegmentKernels.Put.class;
    measure(
        bench,
        "mediated put",
        own.byteSize(),
        Candidate.waiting("direct", template, direct, own, walk),
        Candidate.waiting("through the device", template, through, own, walk));
  }

  private void get(
      Bench bench, ImportSegment direct, ImportSegment through, MemorySegment own, Walk walk)
      throws InterruptedException {
    Class<? extends Kernel> template = SegmentKernels.Get.class;
    measure(
        bench,
        "mediated get",
        own.byteSize(),
        Candidate.waiting("direct", template, direct, own, walk),
        Candidate.waiting("through the device", template, through, own, walk));
  }

  private void measure(Bench bench, String name, long size, Candidate floor, Candidate through)
      throws InterruptedException {
    // By count: a sample of a millisecond holds few, and the device is to compile its side too.
    long end = System.nanoTime() + WARM_NANOS;
    for (int done = 0; done < WARM && System.nanoTime() - end < 0; done += WARM_BLOCK) {
      through.kernels().getFirst().run(WARM_BLOCK);
    }
    bench.measure(
        new Trial(name, size, carrier.label(), Trial.Unit.NANOS, List.of(floor, through), true));
  }
}
