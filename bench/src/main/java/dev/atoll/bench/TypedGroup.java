/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.rsm.Barrier;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.ScatterGather;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Items, arrays, vectors and spans, beside what does the same on the mapped pages. */
final class TypedGroup implements Group {
  private static final long BYTES = 1 << 20;
  private static final int ITEMS = 512;
  private static final int PIECES = 16;
  private static final long PIECE_BYTES = 64;
  private static final int WARM_BLOCKS = 40;
  private static final int WARM_BLOCK = 20_000;
  private static final long APART_BYTES = 4096;

  @Override
  public String name() {
    return "typed";
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return "the device in the same process; items over 16 KiB, arrays of 512 longs, vectors of 16"
        + " entries of 64 B a page apart; the floors store, load or copy on the mapped pages; a"
        + " span is opened and completed with nothing in it";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(Carrier.EMBEDDED, bench.directory());
        Exported exported = Exported.of(place.node(), BYTES);
        ImportSegment segment = exported.connect(place.node());
        ImportMapping mapping = segment.map(0, BYTES, Permission.READ_WRITE);
        Arena arena = Arena.ofShared()) {
      MemorySegment shared = mapping.segment();
      items(bench, shared, segment);
      vectors(bench, shared, segment, arena.allocate(PIECES * PIECE_BYTES, 64));
      Barrier barrier = segment.barrier();
      var span = List.of(Candidate.of("open, complete", TypedKernels.Span.class, barrier));
      bench.measure(new Trial("span", 0, "embedded", Trial.Unit.NANOS, span, false));
    }
  }

  private static void items(Bench bench, MemorySegment shared, ImportSegment segment)
      throws InterruptedException {
    measure(
        bench,
        "put of an item",
        Long.BYTES,
        Candidate.of("store", TypedKernels.Store.class, shared),
        Candidate.of("ImportSegment.putLong", TypedKernels.PutLong.class, segment));
    measure(
        bench,
        "get of an item",
        Long.BYTES,
        Candidate.of("load", TypedKernels.Load.class, shared),
        Candidate.of("ImportSegment.getLong", TypedKernels.GetLong.class, segment));
    long[] items = new long[ITEMS];
    measure(
        bench,
        "put of an array",
        Long.BYTES * ITEMS,
        Candidate.of("MemorySegment.copy", TypedKernels.CopyLongs.class, shared, items),
        Candidate.of("ImportSegment.putLongs", TypedKernels.PutLongs.class, segment, items));
  }

  private static void vectors(
      Bench bench, MemorySegment shared, ImportSegment segment, MemorySegment own)
      throws InterruptedException {
    ScatterGather vector = new ScatterGather();
    for (int i = 0; i < PIECES; i++) {
      vector.add(own, i * PIECE_BYTES, i * APART_BYTES, PIECE_BYTES);
    }
    measure(
        bench,
        "put of a vector",
        PIECES * PIECE_BYTES,
        Candidate.of("16 copies", TypedKernels.Scatter.class, shared, own, APART_BYTES),
        Candidate.of("ImportSegment.putv", TypedKernels.Putv.class, segment, vector));
    measure(
        bench,
        "get of a vector",
        PIECES * PIECE_BYTES,
        Candidate.of("16 copies", TypedKernels.Gather.class, shared, own, APART_BYTES),
        Candidate.of("ImportSegment.getv", TypedKernels.Getv.class, segment, vector));
  }

  private static void measure(
      Bench bench, String name, long size, Candidate floor, Candidate candidate)
      throws InterruptedException {
    var candidates = List.of(floor, candidate);
    for (Candidate each : candidates) {
      for (int i = 0; i < WARM_BLOCKS; i++) {
        each.kernels().getFirst().run(WARM_BLOCK);
      }
    }
    bench.measure(new Trial(name, size, "embedded", Trial.Unit.NANOS, candidates, true));
  }
}
