/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/** An ACK or REPLY that an own operation waits for. One of a table; used again and again. */
final class AwaitedAnswer {
  /** Position in the table. */
  final int index;

  /** What the answer will name it by; zero while free. */
  long cookie;

  /** How often this position was used before. */
  long uses;

  @Nullable MemoryDescriptor descriptor;
  boolean isReply;
  Nid target = Nid.ANY;
  int targetPid;
  Nid source = Nid.ANY;
  int portal;
  long matchBits;
  long localOffset;
  int length;
  long deadlineNanos;

  /** Position among the deadlines. */
  int heapIndex;

  @Nullable AwaitedAnswer nextOfDescriptor;
  @Nullable AwaitedAnswer previousOfDescriptor;
  @Nullable AwaitedAnswer nextFree;

  AwaitedAnswer(int index) {
    this.index = index;
  }

  MessageType type() {
    return isReply ? MessageType.REPLY : MessageType.ACK;
  }

  MemoryDescriptor descriptor() {
    MemoryDescriptor known = descriptor;
    if (known == null) {
      throw new IllegalStateException("nobody waits at index=" + index);
    }
    return known;
  }
}
