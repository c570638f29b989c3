/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Counts what became of messages on their way out. Belongs to the loop. */
final class OutboundCounters {
  long sent;
  long failed;
  long timedOut;
  long resent;
  long successfulResends;
  long failedResends;
  long unreachable;

  void succeeded(OutgoingMessage message) {
    if (message.failures > 0) {
      successfulResends++;
    }
  }
}
