/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A match entry and its descriptor as one would write them without a thought of speed. */
final class ModelEntry {
  private static final int LENGTH = 64;
  private static int lastName;

  final boolean isFirst;
  boolean isGone;
  private final int name = ++lastName;
  private final MatchSpec spec;
  private final MemoryOptions options;
  private final MemorySegment real;
  private final MemorySegment memory;
  private int threshold;
  private int offset;

  ModelEntry(Random random, Arena arena) {
    isFirst = random.nextBoolean();
    MatchSpec made = MatchSpec.exact(random.nextInt(8));
    made = isFirst ? made.first() : made;
    made = random.nextInt(4) == 0 ? made.ignoring(random.nextInt(8)) : made;
    spec = random.nextInt(3) == 0 ? made.from(ProcessId.of(Nid.parse("10.0.0.1@tcp"))) : made;
    MemoryOptions chosen = MemoryOptions.forPuts().withThreshold(1 + random.nextInt(6));
    chosen = random.nextBoolean() ? chosen.with(MemoryOptions.TRUNCATE) : chosen;
    chosen = random.nextInt(3) == 0 ? chosen.with(MemoryOptions.MANAGE_REMOTE) : chosen;
    options = random.nextInt(3) == 0 ? chosen.withMaxSize(1 + random.nextInt(LENGTH)) : chosen;
    threshold = options.threshold();
    real = arena.allocate(LENGTH);
    memory = arena.allocate(LENGTH);
  }

  void attach(LnetCore core, List<String> seen) {
    core.attach(
        core.attach(2, spec),
        Pieces.of(List.of(real.asSlice(0, 20), real.asSlice(20))),
        options,
        event -> seen.add(text(name, event.offset(), event.movedLength(), event.isUnlinked())),
        null);
  }

  void checkMemory() {
    assertThat(real.mismatch(memory)).isEqualTo(-1);
  }

  /** Finds who takes a PUT, stores it, and tells what the event says. */
  static String put(List<ModelEntry> entries, LnetHeader header, MemorySegment source) {
    ModelEntry taker = first(entries, header, true);
    taker = taker == null ? first(entries, header, false) : taker;
    return taker == null ? "dropped" : taker.store(header, source);
  }

  private static @Nullable ModelEntry first(
      List<ModelEntry> entries, LnetHeader header, boolean isIgnoring) {
    for (ModelEntry each : entries) {
      boolean isSender =
          each.spec.source().equals(ProcessId.ANY)
              || each.spec.source().nid().equals(header.source);
      long wrong = (each.spec.matchBits() ^ header.matchBits) & ~each.spec.ignoreBits();
      if ((each.spec.ignoreBits() != 0) == isIgnoring && isSender && wrong == 0) {
        return each;
      }
    }
    return null;
  }

  private String store(LnetHeader header, MemorySegment source) {
    boolean isRemote = options.has(MemoryOptions.MANAGE_REMOTE);
    int at = isRemote ? header.offset : offset;
    int room = LENGTH - at;
    if (options.maxSize() > 0) {
      room = Math.min(room, options.maxSize());
    }
    int length = header.payloadLength;
    if (at > LENGTH || (length > room && !options.has(MemoryOptions.TRUNCATE))) {
      return "dropped";
    }
    length = Math.min(length, room);
    MemorySegment.copy(source, 0, memory, at, length);
    offset = isRemote ? offset : at + length;
    threshold--;
    isGone = threshold == 0 || (options.maxSize() > 0 && offset + options.maxSize() > LENGTH);
    return text(name, at, length, isGone);
  }

  private static String text(int name, long offset, int length, boolean isLast) {
    return name + " takes " + length + " at " + offset + (isLast ? ", its last" : "");
  }
}
