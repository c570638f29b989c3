/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handles of one session: an index below, a generation above.
 *
 * <p>A handle is refused once it has been freed, also when its index has found another use; only
 * after 2^31 uses of one index would a generation come again. Owned by the loop.
 *
 * @param <T> what handles stand for
 */
final class HandleTable<T> {
  private static final int GENERATION_SHIFT = 32;
  private static final int GENERATION_MASK = 0x7FFF_FFFF;

  private final int capacity;
  private final List<Slot<T>> slots = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int live;

  HandleTable(int capacity) {
    this.capacity = capacity;
  }

  boolean isFull() {
    return live == capacity;
  }

  int size() {
    return live;
  }

  /** Takes a free index; the caller has made sure that there is one. */
  long add(T value) {
    if (isFull()) {
      throw new IllegalStateException("capacity=" + capacity + " handles are in use");
    }
    Integer reused = free.pollFirst();
    int index = reused != null ? reused : slots.size();
    if (reused == null) {
      slots.add(new Slot<>());
    }
    Slot<T> slot = slots.get(index);
    slot.generation = nextGeneration(slot.generation);
    slot.value = value;
    live++;
    return (long) slot.generation << GENERATION_SHIFT | index;
  }

  /** Takes the index and generation of a handle; false if it is none or its index is in use. */
  boolean addAt(long handle, T value) {
    int index = (int) handle;
    int generation = generationOf(handle);
    if (index < 0 || index >= capacity || generation < 1) {
      return false;
    }
    while (slots.size() <= index) {
      free.addLast(slots.size());
      slots.add(new Slot<>());
    }
    Slot<T> slot = slots.get(index);
    if (slot.value != null) {
      return false;
    }
    free.remove(index);
    slot.generation = generation;
    slot.value = value;
    live++;
    return true;
  }

  /** What a handle stands for, null for one that is unknown or freed. */
  @Nullable T find(long handle) {
    Slot<T> slot = slotOf(handle);
    return slot == null ? null : slot.value;
  }

  void remove(long handle) {
    Slot<T> slot = slotOf(handle);
    if (slot == null || slot.value == null) {
      throw new IllegalStateException("handle=0x" + Long.toHexString(handle) + " is not in use");
    }
    slot.value = null;
    live--;
    free.addLast((int) handle);
  }

  void forEach(Consumer<T> action) {
    for (Slot<T> slot : slots) {
      T value = slot.value;
      if (value != null) {
        action.accept(value);
      }
    }
  }

  static int generationOf(long handle) {
    return (int) (handle >>> GENERATION_SHIFT);
  }

  private @Nullable Slot<T> slotOf(long handle) {
    int index = (int) handle;
    if (index < 0 || index >= slots.size()) {
      return null;
    }
    Slot<T> slot = slots.get(index);
    return slot.generation == generationOf(handle) ? slot : null;
  }

  private static int nextGeneration(int generation) {
    int next = generation + 1 & GENERATION_MASK;
    return next == 0 ? 1 : next;
  }

  private static final class Slot<T> {
    private int generation;
    private @Nullable T value;
  }
}
