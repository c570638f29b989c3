/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Map;

/** Adds up what the parts of a node have counted. */
final class Statistics {
  private Statistics() {}

  static LnetStatistics of(
      LnetCounters counters,
      OutboundCounters outbound,
      LnetCore core,
      Map<DropReason, Long> drops) {
    long sent = 0;
    long sentBytes = 0;
    long received = 0;
    long receivedBytes = 0;
    long droppedBytes = 0;
    long lateAnswers = 0;
    for (MessageType each : MessageType.values()) {
      sent += counters.sentMessages(each);
      sentBytes += counters.sentBytes(each);
      received += counters.receivedMessages(each);
      receivedBytes += counters.receivedBytes(each);
      droppedBytes += counters.droppedBytes(each);
      lateAnswers += counters.timedOut(each);
    }
    return new LnetStatistics(
        core.lentCount(),
        core.awaitedCount(),
        sent,
        sentBytes,
        outbound.resent,
        outbound.successfulResends,
        outbound.failedResends,
        lateAnswers,
        outbound.timedOut,
        outbound.unreachable,
        outbound.failed,
        received,
        receivedBytes,
        counters.droppedMessages(),
        droppedBytes,
        drops);
  }
}
