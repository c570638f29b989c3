/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.loop.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Events of attached memory, for programs that fetch them when they like ({@code LNetEQPoll} of
 * older LNet).
 *
 * <p>It holds a fixed number of events; one that finds no room is lost and counted, since the
 * network does not wait for programs. Thread safety: all methods by any thread; each event goes to
 * one of them. Allocates nothing after it was made.
 */
public final class LnetEventQueue {
  /** The most events that one can be made for. */
  public static final int CAPACITY_MAX = 1 << 20;

  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(LnetEventQueue.class, "head", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;
  private final LnetEvent[] ring;
  private final BooleanSupplier hasEvent = this::hasEvent;
  private volatile long head;
  private volatile long tail;
  private volatile long lost;
  private long lostCount;

  LnetEventQueue(EventLoop loop, int capacity) {
    if (capacity < 1 || capacity > CAPACITY_MAX) {
      throw new IllegalArgumentException("capacity=" + capacity + " is not from 1 to 2^20");
    }
    this.loop = loop;
    this.ring = new LnetEvent[Math.max(2, Integer.highestOneBit(capacity * 2 - 1))];
    Arrays.setAll(ring, i -> new LnetEvent());
  }

  /**
   * Fetches the oldest event.
   *
   * @param into receives it
   * @return whether there was one
   */
  @CheckReturnValue
  public boolean poll(LnetEvent into) {
    while (true) {
      long at = head;
      if (at == tail) {
        return false;
      }
      // The loop writes into this place only after the head has moved on, and then the exchange
      // fails and the copy is made anew.
      into.copyFrom(ring[(int) at & (ring.length - 1)]);
      if (HEAD.compareAndSet(this, at, at + 1)) {
        return true;
      }
    }
  }

  /**
   * Waits for an event and fetches it.
   *
   * @param into receives it
   * @param timeout how long to wait, negative for ever
   * @return whether there was one; false if the time was up first
   * @throws InterruptedException if the thread was interrupted first
   * @throws LnetException if the node was closed
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  @CheckReturnValue
  public boolean await(LnetEvent into, Duration timeout) throws InterruptedException {
    boolean isForever = timeout.isNegative();
    long start = loop.nanos();
    while (!poll(into)) {
      long left = isForever ? -1 : Math.max(0, timeout.toNanos() - (loop.nanos() - start));
      if (!LnetErrors.isDone(loop.await(hasEvent, left))) {
        return false;
      }
      // Another thread may have been faster.
    }
    return true;
  }

  /**
   * Tells how many events found no room.
   *
   * @return the number since this was made
   */
  public long lost() {
    return lost;
  }

  /** Adds a copy; on the loop alone. */
  void add(LnetEvent event) {
    long at = tail;
    if (at - head == ring.length) {
      lostCount++;
      lost = lostCount;
      return;
    }
    ring[(int) at & (ring.length - 1)].copyFrom(event);
    tail = at + 1;
  }

  private boolean hasEvent() {
    return head != tail;
  }
}
