/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.Timer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All answers that are waited for: found by cookie, ended in time.
 *
 * <p>A cookie is position and count of uses, so it is found without a search and never given twice:
 * a position whose count is at its end is left out from then on. Deadlines lie in a heap, since
 * operations may have their own; with equal times it is a queue, and taking part in it costs one
 * step. There is one timer, for the deadline that was the first when the timer was made.
 *
 * <p>Belongs to the loop. Allocates only to grow, and a timer now and then.
 */
final class AwaitedAnswers {
  /** The most at one time. */
  static final int COUNT_MAX = 1 << 20;

  private static final int INDEX_BITS = 20;
  static final long USES_MAX = (1L << (Long.SIZE - INDEX_BITS - 1)) - 1;
  private static final int EXPIRED_PER_TURN = 256;

  private final EventLoop loop;
  private final EventQueue events;
  private Consumer<AwaitedAnswer> whenExpired = _ -> {};
  private AwaitedAnswer[] table = new AwaitedAnswer[0];
  private AwaitedAnswer[] heap = new AwaitedAnswer[0];
  private int count;
  private @Nullable AwaitedAnswer free;
  private @Nullable Timer timer;

  /** Made once, so that a timer costs no more than itself. */
  private final Runnable expire = this::expire;

  AwaitedAnswers(EventLoop loop, EventQueue events) {
    this.loop = loop;
    this.events = events;
  }

  /**
   * Says who ends operations that nobody answered.
   *
   * @param ending is given each; it {@link #remove removes} it and reports it
   */
  void whenExpired(Consumer<AwaitedAnswer> ending) {
    whenExpired = ending;
  }

  int count() {
    return count;
  }

  /** Takes a place for a descriptor's operation; null if there is none left. */
  @Nullable AwaitedAnswer add(MemoryDescriptor descriptor, long deadlineNanos) {
    if (free == null && !grow()) {
      return null;
    }
    AwaitedAnswer added = free;
    if (added == null) {
      throw new AssertionError("grown without effect");
    }
    free = added.nextFree;
    added.nextFree = null;
    added.uses++;
    added.cookie = (added.uses << INDEX_BITS) | added.index;
    added.deadlineNanos = deadlineNanos;
    link(added, descriptor);
    siftUp(count++, added);
    arm(heap[0].deadlineNanos);
    return added;
  }

  /** Finds who waits for an answer by the cookie in it; null if nobody does. */
  @Nullable AwaitedAnswer find(long cookie) {
    int index = (int) cookie & (COUNT_MAX - 1);
    if (cookie == 0 || index >= table.length || table[index].cookie != cookie) {
      return null;
    }
    return table[index];
  }

  /** Waits no longer. The fields can be read until something else is added. */
  void remove(AwaitedAnswer removed) {
    AwaitedAnswer moved = heap[--count];
    if (!moved.equals(removed)) {
      if (moved.deadlineNanos - removed.deadlineNanos < 0) {
        siftUp(removed.heapIndex, moved);
      } else {
        siftDown(removed.heapIndex, moved);
      }
    }
    unlink(removed);
    removed.cookie = 0;
    if (removed.uses < USES_MAX) {
      removed.nextFree = free;
      free = removed;
    }
  }

  private void expire() {
    timer = null;
    events.begin();
    try {
      endExpired(loop.nanos());
    } finally {
      if (count > 0) {
        arm(heap[0].deadlineNanos);
      }
      events.end();
    }
  }

  private void endExpired(long now) {
    for (int i = 0; i < EXPIRED_PER_TURN && count > 0; i++) {
      if (heap[0].deadlineNanos - now > 0) {
        return;
      }
      whenExpired.accept(heap[0]);
    }
  }

  private void arm(long deadlineNanos) {
    Timer armed = timer;
    if (armed != null && armed.deadlineNanos() - deadlineNanos <= 0) {
      return;
    }
    if (armed != null) {
      armed.cancel();
    }
    timer = loop.schedule(deadlineNanos - loop.nanos(), expire);
  }

  private boolean grow() {
    int old = table.length;
    if (old == COUNT_MAX) {
      return false;
    }
    table = Arrays.copyOf(table, Math.max(64, old * 2));
    heap = Arrays.copyOf(heap, table.length);
    for (int i = table.length - 1; i >= old; i--) {
      table[i] = new AwaitedAnswer(i);
      table[i].nextFree = free;
      free = table[i];
    }
    return true;
  }

  private void siftUp(int from, AwaitedAnswer moved) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent].deadlineNanos - moved.deadlineNanos <= 0) {
        break;
      }
      place(at, heap[parent]);
      at = parent;
    }
    place(at, moved);
  }

  private void siftDown(int from, AwaitedAnswer moved) {
    int at = from;
    while (2 * at + 1 < count) {
      int child = 2 * at + 1;
      if (child + 1 < count && heap[child + 1].deadlineNanos - heap[child].deadlineNanos < 0) {
        child++;
      }
      if (moved.deadlineNanos - heap[child].deadlineNanos <= 0) {
        break;
      }
      place(at, heap[child]);
      at = child;
    }
    place(at, moved);
  }

  private void place(int at, AwaitedAnswer answer) {
    heap[at] = answer;
    answer.heapIndex = at;
  }

  private static void link(AwaitedAnswer added, MemoryDescriptor descriptor) {
    AwaitedAnswer head = descriptor.firstAwaited;
    added.descriptor = descriptor;
    added.nextOfDescriptor = head;
    if (head != null) {
      head.previousOfDescriptor = added;
    }
    descriptor.firstAwaited = added;
    descriptor.awaitedCount++;
  }

  private static void unlink(AwaitedAnswer removed) {
    MemoryDescriptor descriptor = removed.descriptor();
    AwaitedAnswer before = removed.previousOfDescriptor;
    AwaitedAnswer after = removed.nextOfDescriptor;
    if (before == null) {
      descriptor.firstAwaited = after;
    } else {
      before.nextOfDescriptor = after;
    }
    if (after != null) {
      after.previousOfDescriptor = before;
    }
    removed.previousOfDescriptor = null;
    removed.nextOfDescriptor = null;
    removed.descriptor = null;
    descriptor.awaitedCount--;
  }
}
