/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import dev.atoll.rsm.Barrier;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.MapOptions;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.ScatterGather;
import dev.atoll.rsm.Span;
import dev.atoll.rsm.VectorFlag;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The programs of docs/howto-segments.md, which shows these very lines. */
final class SegmentPrograms {
  private SegmentPrograms() {}

  static long incrementedBy(ImportSegment segment, long offset, long amount) {
    segment.putLong(offset, segment.getLong(offset) + amount);
    return segment.getLong(offset);
  }

  static long[] reversed(ImportSegment segment, int count) {
    long[] items = new long[count];
    segment.getLongs(0, items);
    for (int i = 0; i < count / 2; i++) {
      long first = items[i];
      items[i] = items[count - 1 - i];
      items[count - 1 - i] = first;
    }
    segment.putLongs(0, items);
    return items;
  }

  static void update(ImportSegment segment, MemorySegment record) {
    try (Barrier barrier = segment.barrier();
        Span span = barrier.open()) {
      segment.put(64, record);
      span.order();
      segment.putLong(0, record.byteSize());
      span.complete();
    }
  }

  static int gather(ImportSegment segment, MemorySegment header, MemorySegment body) {
    ScatterGather vector =
        new ScatterGather()
            .add(header, 0, 0, header.byteSize())
            .add(body, 0, 4096, body.byteSize())
            .with(VectorFlag.IMPLICIT_SIGNAL);
    try {
      segment.putv(vector);
    } catch (RsmException e) {
      return vector.residualCount();
    }
    return 0;
  }

  static long sum(ImportSegment segment) {
    MapOptions options = MapOptions.anywhere().populated();
    long sum = 0;
    try (ImportMapping pages = segment.map(0, segment.size(), Permission.READ, options)) {
      for (long i = 0; i < segment.size(); i += Long.BYTES) {
        sum += pages.segment().get(ValueLayout.JAVA_LONG, i);
      }
    }
    return segment.isConnected() ? sum : -1;
  }
}
