/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Receives what {@link WaitCalls#epollWait} brings: an array of {@code struct epoll_event}
 * (epoll_ctl(2)), used again and again.
 *
 * <pre>
 *   x86-64, packed                aarch64
 *   0        4            12      0        4       8            16
 *   +--------+------------+--     +--------+-------+------------+--
 *   | events |    key     |       | events | (pad) |    key     |
 *   +--------+------------+--     +--------+-------+------------+--
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class PollEvents {
  /** The most events in one buffer. */
  public static final int CAPACITY_MAX = 4096;

  static final int EVENTS = 0;
  static final int KEY = Architecture.current().epollDataOffset;
  static final int EVENT_BYTES = KEY + 8;

  private final MemorySegment memory;
  private final int capacity;

  /**
   * Makes a buffer.
   *
   * @param capacity the most events that one wait brings, from 1 to {@link #CAPACITY_MAX}
   */
  public PollEvents(int capacity) {
    if (capacity < 1 || capacity > CAPACITY_MAX) {
      throw new IllegalArgumentException(
          "capacity=" + capacity + " is not from 1 to " + CAPACITY_MAX);
    }
    this.capacity = capacity;
    this.memory = Arena.ofAuto().allocate((long) capacity * EVENT_BYTES, 8);
  }

  /**
   * Tells how many events there is room for.
   *
   * @return the capacity
   */
  public int capacity() {
    return capacity;
  }

  /**
   * Tells what happened.
   *
   * @param index which event, below the count that the wait returned
   * @return {@code POLL} flags of {@link WaitCalls}
   */
  public int events(int index) {
    Objects.checkIndex(index, capacity);
    return memory.get(JAVA_INT.withByteAlignment(4), (long) index * EVENT_BYTES + EVENTS);
  }

  /**
   * Tells to what it happened.
   *
   * @param index which event, below the count that the wait returned
   * @return the key given to {@link WaitCalls#epollAdd}
   */
  public long key(int index) {
    Objects.checkIndex(index, capacity);
    return memory.get(JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + KEY);
  }

  long address() {
    return memory.address();
  }
}
