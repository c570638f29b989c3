/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Commands that wait for a loop, counted. Thread safety: all methods by any thread. */
final class LoopCommands {
  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  int count() {
    return count.get();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  void add(Runnable command) {
    count.incrementAndGet();
    queue.add(command);
  }

  /** Takes a command back; false if it has been taken already. */
  boolean remove(Runnable command) {
    boolean wasThere = queue.remove(command);
    if (wasThere) {
      count.decrementAndGet();
    }
    return wasThere;
  }

  @Nullable Runnable poll() {
    Runnable next = queue.poll();
    if (next != null) {
      count.decrementAndGet();
    }
    return next;
  }

  /** After a failure commands are left that will never run; some hold what must be released. */
  void drop() {
    for (Runnable left = poll(); left != null; left = poll()) {
      if (left instanceof EventLoop.Droppable droppable) {
        droppable.dropped();
      }
    }
  }
}
