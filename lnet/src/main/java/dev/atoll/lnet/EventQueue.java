/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import java.util.Arrays;

/**
 * Events on their way to handlers.
 *
 * <p>Between {@link #begin} and the {@link #end} that belongs to it events are only queued; the
 * outermost end hands them over one by one, each after the handler of the one before has returned.
 * What handlers cause is queued behind. After many events in a row the rest is left to the loop's
 * next turn, so that handlers that always cause another event do not hold the loop for ever.
 *
 * <p>Belongs to the loop. Allocates only to grow.
 */
final class EventQueue {
  private static final int EVENTS_PER_CALL = 1024;

  private final EventLoop loop;
  private LnetEvent[] ring = events(64);
  private long head;
  private long tail;
  private int depth;
  private boolean isDelivering;
  private boolean isScheduled;

  /** Made once. */
  private final Runnable rest = this::deliverRest;

  EventQueue(EventLoop loop) {
    this.loop = loop;
  }

  /** Holds events back until the end. */
  void begin() {
    depth++;
  }

  /** Ends what the last begin began. */
  void end() {
    if (--depth == 0 && !isDelivering && !isScheduled && head != tail) {
      deliver();
    }
  }

  /** Queues a copy. */
  void post(LnetEvent event) {
    if (tail - head == ring.length) {
      grow();
    }
    ring[(int) tail & (ring.length - 1)].copyFrom(event);
    tail++;
  }

  private void deliverRest() {
    isScheduled = false;
    deliver();
  }

  private void deliver() {
    isDelivering = true;
    for (int left = EVENTS_PER_CALL; head != tail && left > 0; left--) {
      LnetEvent event = ring[(int) head & (ring.length - 1)];
      try {
        event.descriptor().handler.handle(event);
      } catch (RuntimeException | Error thrown) {
        throwFromTurn(thrown);
      }
      event.clear();
      head++;
    }
    isDelivering = false;
    if (head != tail) {
      isScheduled = true;
      loop.schedule(0, rest);
    }
  }

  /** A handler's mistake is the loop's to judge, not of whoever happened to cause the event. */
  private void throwFromTurn(Throwable thrown) {
    loop.schedule(
        0,
        () -> {
          if (thrown instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) thrown;
        });
  }

  /** The event that is being handled stays the same object. */
  private void grow() {
    LnetEvent[] wider = Arrays.copyOf(ring, ring.length * 2);
    for (long i = head; i < tail; i++) {
      wider[(int) i & (wider.length - 1)] = ring[(int) i & (ring.length - 1)];
    }
    fill(wider, head, tail);
    ring = wider;
  }

  private static void fill(LnetEvent[] wider, long head, long tail) {
    for (long i = tail; i < head + wider.length; i++) {
      wider[(int) i & (wider.length - 1)] = new LnetEvent();
    }
  }

  private static LnetEvent[] events(int count) {
    LnetEvent[] events = new LnetEvent[count];
    Arrays.setAll(events, i -> new LnetEvent());
    return events;
  }
}
