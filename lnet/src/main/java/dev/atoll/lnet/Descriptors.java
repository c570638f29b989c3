/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.posix.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The memory descriptors of a node, from the first to the last event of each. Belongs to the loop.
 */
final class Descriptors {
  private static final int GONE = -Errno.ENOENT.number();
  private static final int CANCELLED = -Errno.ECANCELED.number();

  private final EventQueue events;
  private final AwaitedAnswers awaited;
  private final LnetEvent unlinkEvent = new LnetEvent();
  private @Nullable MemoryDescriptor first;
  private int count;

  Descriptors(EventQueue events, AwaitedAnswers awaited) {
    this.events = events;
    this.awaited = awaited;
  }

  /** Counts those that live. */
  int count() {
    return count;
  }

  /** Takes a new one in. */
  void add(MemoryDescriptor added) {
    MemoryDescriptor head = first;
    added.next = head;
    if (head != null) {
      head.previous = added;
    }
    first = added;
    count++;
  }

  /** Begins an operation from outside: one use, one message, and out of the list if used up. */
  void begin(MemoryDescriptor descriptor, long offset, int length) {
    descriptor.useUp(1);
    descriptor.busyCount++;
    if (!descriptor.options.has(MemoryOptions.MANAGE_REMOTE)) {
      descriptor.localOffset = offset + length;
    }
    if (descriptor.isExhausted() && !descriptor.options.isRetained()) {
      detach(descriptor);
    }
  }

  /** Ends a message: its event, which is the descriptor's last if nothing else is to come. */
  void finish(MemoryDescriptor descriptor, LnetEvent event, int status) {
    descriptor.busyCount--;
    report(descriptor, event, status);
  }

  /** Reports what is no message's end. */
  void report(MemoryDescriptor descriptor, LnetEvent event, int status) {
    event.status = status;
    event.descriptor = descriptor;
    event.isUnlinked = descriptor.isAtItsEnd();
    if (event.isUnlinked) {
      retire(descriptor);
    }
    events.post(event);
  }

  /** Unlinks; a busy one ends with its last message. */
  int unlink(MemoryDescriptor descriptor) {
    if (descriptor.isEnding) {
      return GONE;
    }
    detach(descriptor);
    if (descriptor.busyCount == 0) {
      reportUnlink(descriptor);
    }
    return 0;
  }

  /** Unlinks, and takes the memory out of every message that is coming in. */
  int unlinkNow(MemoryDescriptor descriptor) {
    if (descriptor.isGone) {
      return GONE;
    }
    detach(descriptor);
    IncomingMessage message = descriptor.firstIncoming;
    while (message != null) {
      descriptor.remove(message);
      message.event.movedLength = message.acceptedLength() - message.missingLength();
      message.divert();
      finish(descriptor, message.event, CANCELLED);
      message = descriptor.firstIncoming;
    }
    if (!descriptor.isGone && descriptor.busyCount == 0) {
      reportUnlink(descriptor);
    }
    return 0;
  }

  /** Unlinks all of them now. */
  void close() {
    MemoryDescriptor each = first;
    while (each != null) {
      MemoryDescriptor after = each.next;
      int _ = unlinkNow(each);
      each = after;
    }
  }

  /** Lets nothing new begin: the entry is free or goes along, no answer is waited for. */
  private void detach(MemoryDescriptor descriptor) {
    descriptor.isEnding = true;
    MatchEntry entry = descriptor.entry;
    if (entry != null && descriptor.equals(entry.descriptor)) {
      entry.descriptor = null;
      if (!entry.spec().isRetained() && entry.isListed) {
        entry.table.remove(entry);
      }
    }
    AwaitedAnswer answer = descriptor.firstAwaited;
    while (answer != null) {
      awaited.remove(answer);
      answer = descriptor.firstAwaited;
    }
  }

  private void reportUnlink(MemoryDescriptor descriptor) {
    unlinkEvent.clear();
    unlinkEvent.type = LnetEventType.UNLINK;
    report(descriptor, unlinkEvent, 0);
    unlinkEvent.clear();
  }

  private void retire(MemoryDescriptor gone) {
    gone.isGone = true;
    gone.isEnding = true;
    MemoryDescriptor before = gone.previous;
    MemoryDescriptor after = gone.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    gone.previous = null;
    gone.next = null;
    count--;
  }
}
