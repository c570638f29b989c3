/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.OutgoingMessage;
import org.jspecify.annotations.Nullable;

/** The messages that were in connections when these were closed. */
final class Leavings {
  /** All of it has left. */
  final MessageQueue written = new MessageQueue();

  /** A part has left, so it can't be sent again. */
  final MessageQueue torn = new MessageQueue();

  /** Nothing has left: it can go over another connection. */
  final MessageQueue unbegun = new MessageQueue();

  static void add(MessageQueue queue, @Nullable OutgoingMessage message) {
    if (message != null) {
      queue.add(message);
    }
  }
}
