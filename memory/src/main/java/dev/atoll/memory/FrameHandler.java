/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import java.lang.foreign.MemorySegment;

/** Receives messages that are polled from a {@link FrameRing}. */
@FunctionalInterface
public interface FrameHandler {
  /**
   * Is given one message. An exception ends the poll, and the message counts as polled.
   *
   * <p>The bytes are shared with their producer, who could still change them: what must hold has to
   * be checked on a copy.
   *
   * @param buffer memory that holds the message, of which only the message may be touched
   * @param offset where in it the message begins, a multiple of eight
   * @param lengthBytes how long it is
   * @param type what the producer says it is, 0 to 65535
   */
  void onMessage(MemorySegment buffer, long offset, int lengthBytes, int type);
}
