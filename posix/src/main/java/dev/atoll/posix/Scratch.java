/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory of one thread: where a call leaves its errno, and room for one call's structures.
 *
 * <p>It exists so that calls do not allocate. A method uses it from its start to its end and never
 * across another call of this module that may use it too.
 */
final class Scratch {
  /** Bytes of {@link #memory}: the largest structure here is statx with 256. */
  static final long BYTES = 448;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  /** Receives the errno of a failed call (Linker.Option.captureCallState). */
  final MemorySegment state;

  /** Room for structures. */
  final MemorySegment memory;

  /** Where {@link #memory} lies; valid as long as the thread lives, which holds this object. */
  final long address;

  private Scratch() {
    // Collected with the thread: a confined arena would have nobody to close it.
    MemorySegment whole = Arena.ofAuto().allocate(512, 64);
    this.state = whole.asSlice(0, Linker.Option.captureStateLayout().byteSize());
    this.memory = whole.asSlice(512 - BYTES, BYTES);
    this.address = memory.address();
  }

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** Reads the errno that the last failed call left. */
  int errno() {
    return state.get(ValueLayout.JAVA_INT, 0);
  }

  /** Writes a {@code struct timespec} at an offset and gives its address. */
  long timespec(long offset, long nanos) {
    memory.set(ValueLayout.JAVA_LONG, offset, nanos / 1_000_000_000L);
    memory.set(ValueLayout.JAVA_LONG, offset + 8, nanos % 1_000_000_000L);
    return address + offset;
  }
}
