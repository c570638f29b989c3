/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.base.Clock;
import dev.atoll.rsm.ImportSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Quick figures of an imported segment. */
final class ImportFigures {
  private static final int SMALL_BYTES = 8;
  private static final int LARGE_BYTES = 4096;
  private static final int ROUNDS = 5;

  private final Figures figures;
  private final ImportSegment segment;
  private final MemorySegment scratch;
  private final long budgetNanos;

  /** Keeps the sums from being optimised away. */
  private long sink;

  ImportFigures(Clock clock, ImportSegment segment, TourFile file, long budgetNanos) {
    this.budgetNanos = budgetNanos;
    this.figures = new Figures(clock);
    this.segment = segment;
    this.scratch = file.scratch();
  }

  Map<String, Object> measure() {
    Map<String, Object> answer = new LinkedHashMap<>();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment small = arena.allocate(SMALL_BYTES, SMALL_BYTES);
      MemorySegment large = arena.allocate(LARGE_BYTES, LARGE_BYTES);
      answer.put("put8Nanos", put(small));
      answer.put("get8Nanos", get(small));
      answer.put("put4kNanos", put(large));
      answer.put("get4kNanos", get(large));
      MemorySegment plain = arena.allocate(scratch.byteSize(), LARGE_BYTES).fill((byte) 1);
      answer.put("accessRatio", accessRatio(plain));
    }
    answer.put("isUsed", sink != 0);
    return answer;
  }

  private double put(MemorySegment source) {
    long at = TourFileLayout.SCRATCH_AT;
    return figures.medianNanos(
        budgetNanos,
        times -> {
          for (int i = 0; i < times; i++) {
            segment.put(at, source);
          }
        });
  }

  private double get(MemorySegment target) {
    long at = TourFileLayout.SCRATCH_AT;
    return figures.medianNanos(
        budgetNanos,
        times -> {
          for (int i = 0; i < times; i++) {
            segment.get(at, target);
          }
        });
  }

  /** Time to read the mapped pages by the time to read as much private memory, in turns. */
  private double accessRatio(MemorySegment plain) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double mapped = figures.medianNanos(budgetNanos / ROUNDS, times -> sum(scratch, times));
      double own = figures.medianNanos(budgetNanos / ROUNDS, times -> sum(plain, times));
      ratios.add(mapped / own);
    }
    ratios.sort(null);
    return ratios.get(ROUNDS / 2);
  }

  private void sum(MemorySegment memory, int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
        sum += memory.get(JAVA_LONG, at);
      }
    }
    sink += sum;
  }
}
