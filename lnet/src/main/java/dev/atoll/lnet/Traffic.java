/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Counts messages of an interface or peer by type. Belongs to the loop; wraps around silently. */
final class Traffic {
  private static final int TYPES = MessageType.values().length;

  private final long[] sent = new long[TYPES];
  private final long[] received = new long[TYPES];
  private final long[] dropped = new long[TYPES];

  void sent(MessageType type) {
    sent[type.code()]++;
  }

  void received(MessageType type) {
    received[type.code()]++;
  }

  void dropped(MessageType type) {
    dropped[type.code()]++;
  }

  TrafficStatus status() {
    return new TrafficStatus(counts(sent), counts(received), counts(dropped));
  }

  private static MessageCounts counts(long[] from) {
    return new MessageCounts(
        from[MessageType.PUT.code()],
        from[MessageType.GET.code()],
        from[MessageType.REPLY.code()],
        from[MessageType.ACK.code()]);
  }
}
