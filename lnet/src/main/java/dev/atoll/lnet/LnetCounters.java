/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * Counts messages and bytes of a node by type, and drops by reason. Belongs to the loop; counting
 * allocates nothing.
 */
public final class LnetCounters {
  private static final int TYPES = MessageType.values().length;

  private final long[] sentMessages = new long[TYPES];
  private final long[] sentBytes = new long[TYPES];
  private final long[] failedMessages = new long[TYPES];
  private final long[] receivedMessages = new long[TYPES];
  private final long[] receivedBytes = new long[TYPES];
  private final long[] droppedMessages = new long[TYPES * DropReason.values().length];
  private final long[] droppedBytes = new long[TYPES];
  private final long[] timedOut = new long[TYPES];

  /** Makes counters of zero. */
  public LnetCounters() {}

  /**
   * Counts messages that have left.
   *
   * @param type of the messages
   * @return how many
   */
  public long sentMessages(MessageType type) {
    return sentMessages[type.code()];
  }

  /**
   * Counts payload that has left.
   *
   * @param type of the messages
   * @return bytes
   */
  public long sentBytes(MessageType type) {
    return sentBytes[type.code()];
  }

  /**
   * Counts messages that could not be sent.
   *
   * @param type of the messages
   * @return how many
   */
  public long failedMessages(MessageType type) {
    return failedMessages[type.code()];
  }

  /**
   * Counts messages that have come and were taken.
   *
   * @param type of the messages
   * @return how many
   */
  public long receivedMessages(MessageType type) {
    return receivedMessages[type.code()];
  }

  /**
   * Counts payload that has come and was kept.
   *
   * @param type of the messages
   * @return bytes
   */
  public long receivedBytes(MessageType type) {
    return receivedBytes[type.code()];
  }

  /**
   * Counts messages that were thrown away.
   *
   * @param reason why
   * @param type of the messages
   * @return how many
   */
  public long droppedMessages(DropReason reason, MessageType type) {
    return droppedMessages[place(reason) * TYPES + type.code()];
  }

  /**
   * Counts messages of every type that were thrown away.
   *
   * @param reason why
   * @return how many
   */
  public long droppedMessages(DropReason reason) {
    long sum = 0;
    for (int i = 0; i < TYPES; i++) {
      sum += droppedMessages[place(reason) * TYPES + i];
    }
    return sum;
  }

  /**
   * Counts all messages that were thrown away.
   *
   * @return how many
   */
  public long droppedMessages() {
    long sum = 0;
    for (long each : droppedMessages) {
      sum += each;
    }
    return sum;
  }

  /**
   * Counts payload that was thrown away with its message.
   *
   * @param type of the messages
   * @return bytes
   */
  public long droppedBytes(MessageType type) {
    return droppedBytes[type.code()];
  }

  /**
   * Counts answers that did not come in time.
   *
   * @param type ACK or REPLY
   * @return how many
   */
  public long timedOut(MessageType type) {
    return timedOut[type.code()];
  }

  void countSent(MessageType type, int bytes) {
    sentMessages[type.code()]++;
    sentBytes[type.code()] += bytes;
  }

  void countFailed(MessageType type) {
    failedMessages[type.code()]++;
  }

  void countReceived(MessageType type, int bytes) {
    receivedMessages[type.code()]++;
    receivedBytes[type.code()] += bytes;
  }

  void countDropped(DropReason reason, MessageType type, int bytes) {
    droppedMessages[place(reason) * TYPES + type.code()]++;
    droppedBytes[type.code()] += Integer.toUnsignedLong(bytes);
  }

  void countTimedOut(MessageType type) {
    timedOut[type.code()]++;
  }

  @SuppressWarnings("EnumOrdinal") // a place in an array of this process, stored nowhere
  private static int place(DropReason reason) {
    return reason.ordinal();
  }
}
