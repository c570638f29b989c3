/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What {@link WaitCalls#poll} waits for: an array of {@code struct pollfd} (poll(2)), used again
 * and again.
 *
 * <pre>
 *   0            4        6          8
 *   +------------+--------+----------+--
 *   | descriptor | events | happened | next ...
 *   +------------+--------+----------+--
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class PollSet {
  /** The most descriptors in one set. */
  public static final int CAPACITY_MAX = 1024;

  private static final int NUMBER = 0;
  private static final int EVENTS = 4;
  private static final int HAPPENED = 6;
  private static final int ENTRY_BYTES = 8;

  private final MemorySegment memory;
  private final int capacity;
  private int count;

  /** Whether the entry behind the last is a waiter's own eventfd. */
  private boolean hasOwn;

  /**
   * Makes an empty set.
   *
   * @param capacity the most descriptors, from 1 to {@link #CAPACITY_MAX}
   */
  public PollSet(int capacity) {
    if (capacity < 1 || capacity > CAPACITY_MAX) {
      throw new IllegalArgumentException(
          "capacity=" + capacity + " is not from 1 to " + CAPACITY_MAX);
    }
    this.capacity = capacity;
    this.memory = Arena.ofAuto().allocate((capacity + 1L) * ENTRY_BYTES, 8);
  }

  /**
   * Adds a descriptor.
   *
   * @param descriptor what to watch; the owner keeps it open while somebody waits
   * @param events {@code POLL} flags of {@link WaitCalls}
   * @return its index in this set
   * @throws IllegalStateException if the set is full or the descriptor closed
   */
  public int add(Descriptor descriptor, int events) {
    if (count == capacity) {
      throw new IllegalStateException("set is full, capacity=" + capacity);
    }
    long at = (long) count * ENTRY_BYTES;
    memory.set(JAVA_INT, at + NUMBER, descriptor.number());
    memory.set(JAVA_SHORT, at + EVENTS, (short) events);
    memory.set(JAVA_SHORT, at + HAPPENED, (short) 0);
    return count++;
  }

  /** Empties the set. */
  public void clear() {
    count = 0;
  }

  /**
   * Tells how many descriptors are in it.
   *
   * @return the count
   */
  public int count() {
    return count;
  }

  /**
   * Tells what the last wait brought.
   *
   * @param index as {@link #add} gave it
   * @return {@code POLL} flags, zero for nothing
   */
  public int happened(int index) {
    Objects.checkIndex(index, count);
    return memory.get(JAVA_SHORT, (long) index * ENTRY_BYTES + HAPPENED) & 0xFFFF;
  }

  /**
   * Polls for the entries and one more descriptor.
   *
   * @return how many entries have events, the one more not counted, or {@code -EINTR}
   */
  int pollWith(Descriptor own, WaitCalls calls, long timeoutNanos) {
    long at = (long) count * ENTRY_BYTES;
    memory.set(JAVA_INT, at + NUMBER, own.number());
    memory.set(JAVA_SHORT, at + EVENTS, (short) WaitCalls.POLLIN);
    memory.set(JAVA_SHORT, at + HAPPENED, (short) 0);
    hasOwn = true;
    try {
      int result = calls.poll(this, timeoutNanos);
      return result > 0 && hasOwnHappened() ? result - 1 : result;
    } finally {
      hasOwn = false;
    }
  }

  /** Tells whether the last {@link #pollWith} brought something for the one more descriptor. */
  boolean hasOwnHappened() {
    return memory.get(JAVA_SHORT, (long) count * ENTRY_BYTES + HAPPENED) != 0;
  }

  /** How many entries the kernel is to look at. */
  int entries() {
    return hasOwn ? count + 1 : count;
  }

  long address() {
    return memory.address();
  }
}
