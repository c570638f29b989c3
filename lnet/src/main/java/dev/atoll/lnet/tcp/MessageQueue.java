/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.OutgoingMessage;
import org.jspecify.annotations.Nullable;

/** Messages in order, linked by themselves: adding and taking allocates nothing. */
final class MessageQueue {
  private @Nullable OutgoingMessage first;
  private @Nullable OutgoingMessage last;
  private int size;

  int size() {
    return size;
  }

  @Nullable OutgoingMessage first() {
    return first;
  }

  void add(OutgoingMessage message) {
    message.next = null;
    if (last == null) {
      first = message;
    } else {
      last.next = message;
    }
    last = message;
    size++;
  }

  /** Takes the first out; there is one. */
  void removeFirst() {
    OutgoingMessage taken = take();
    if (taken == null) {
      throw new IllegalStateException("the queue is empty");
    }
  }

  /** Takes the first out; null if there is none. */
  @Nullable OutgoingMessage take() {
    OutgoingMessage taken = first;
    if (taken != null) {
      first = taken.next;
      taken.next = null;
      if (first == null) {
        last = null;
      }
      size--;
    }
    return taken;
  }

  /** Moves all of another queue behind these. */
  void addAll(MessageQueue other) {
    for (OutgoingMessage next = other.take(); next != null; next = other.take()) {
      add(next);
    }
  }

  /** Takes out those whose deadline is past, in order. */
  void takeLate(long nowNanos, MessageQueue late) {
    int left = size;
    for (int i = 0; i < left; i++) {
      OutgoingMessage next = take();
      if (next != null) {
        (next.deadlineNanos() - nowNanos <= 0 ? late : this).add(next);
      }
    }
  }

  /** The time until the next deadline; {@link Long#MAX_VALUE} if nothing waits. */
  long nanosToDeadline(long nowNanos) {
    long least = Long.MAX_VALUE;
    for (OutgoingMessage each = first; each != null; each = each.next) {
      least = Math.min(least, Math.max(0, each.deadlineNanos() - nowNanos));
    }
    return least;
  }
}
