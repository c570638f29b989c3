/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/** Messages to be sent, used again and again. Belongs to the loop. */
final class MessagePool {
  private @Nullable OutgoingMessage free;
  private int lentCount;

  /** Counts the messages that are under way. */
  int lentCount() {
    return lentCount;
  }

  OutgoingMessage take() {
    lentCount++;
    OutgoingMessage taken = free;
    if (taken == null) {
      return new OutgoingMessage();
    }
    free = taken.next;
    taken.next = null;
    taken.isPooled = false;
    return taken;
  }

  void give(OutgoingMessage message) {
    if (message.isPooled) {
      throw new IllegalStateException("message=" + message.header().type + " ended twice");
    }
    message.clear();
    message.isPooled = true;
    message.next = free;
    free = message;
    lentCount--;
  }
}
