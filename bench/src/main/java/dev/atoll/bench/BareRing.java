/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The floor of a channel: one producer, one consumer, slots of 64 bytes with a commit word, and
 * nothing else. No check, no type, no other producer, nobody dies. One object for each side.
 */
final class BareRing {
  static final int SLOTS = 1024;
  static final long BYTES = 128 + SLOTS * 64L;

  private static final VarHandle LONGS = ValueLayout.JAVA_LONG.varHandle();
  private static final int PUBLISH_EVERY = SLOTS / 8;
  private static final long LINES = 128;

  private final MemorySegment memory;
  private long position;
  private long headSeen;

  BareRing(MemorySegment memory) {
    this.memory = memory;
  }

  boolean offer(MemorySegment message, long lengthBytes) {
    if (position - headSeen >= SLOTS) {
      headSeen = (long) LONGS.getAcquire(memory, 0L);
      if (position - headSeen >= SLOTS) {
        return false;
      }
    }
    long slot = LINES + (position & (SLOTS - 1)) * 64;
    MemorySegment.copy(message, 0, memory, slot + 8, lengthBytes);
    position++;
    LONGS.setRelease(memory, slot, position);
    return true;
  }

  /** Gives the offset of the next message, 0 if there is none. */
  long poll() {
    long slot = LINES + (position & (SLOTS - 1)) * 64;
    if ((long) LONGS.getAcquire(memory, slot) != position + 1) {
      return 0;
    }
    return slot + 8;
  }

  void polled() {
    position++;
    if ((position & (PUBLISH_EVERY - 1)) == 0) {
      LONGS.setRelease(memory, 0L, position);
    }
  }

  MemorySegment memory() {
    return memory;
  }
}
