/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait, linked through themselves; in the order they came unless one comes back.
 *
 * <p>Belongs to the loop.
 */
final class MessageQueue {
  private @Nullable OutgoingMessage first;
  private @Nullable OutgoingMessage last;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return first == null;
  }

  @Nullable OutgoingMessage peek() {
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

  @Nullable OutgoingMessage poll() {
    OutgoingMessage taken = first;
    if (taken != null) {
      first = taken.next;
      if (first == null) {
        last = null;
      }
      taken.next = null;
      size--;
    }
    return taken;
  }

  /** Puts a message back among those that were given out after it. */
  void putBack(OutgoingMessage message) {
    OutgoingMessage before = null;
    OutgoingMessage after = first;
    while (after != null && after.order - message.order < 0) {
      before = after;
      after = after.next;
    }
    message.next = after;
    if (before == null) {
      first = message;
    } else {
      before.next = message;
    }
    if (after == null) {
      last = message;
    }
    size++;
  }

  /** Moves all messages of another queue behind those of this one. */
  void takeAll(MessageQueue other) {
    for (OutgoingMessage each = other.poll(); each != null; each = other.poll()) {
      add(each);
    }
  }

  /** Moves those that a test picks, in order. */
  void moveIf(MessageQueue to, Predicate<OutgoingMessage> test) {
    int count = size;
    for (int i = 0; i < count; i++) {
      OutgoingMessage each = poll();
      if (each != null) {
        (test.test(each) ? to : this).add(each);
      }
    }
  }
}
