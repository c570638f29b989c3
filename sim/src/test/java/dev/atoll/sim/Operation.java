/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.MemoryDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** One put or get of a schedule, and all that was heard of it. */
final class Operation {
  enum Kind {
    PUT,
    ACKED_PUT,
    GET
  }

  final int number;
  final Kind kind;
  final int length;
  final MemorySegment memory;
  @Nullable MemoryDescriptor descriptor;
  long startedNanos;
  long endedNanos = -1;
  int sends;
  int answers;
  int lasts;
  int arrivals;
  int sendStatus;
  int answerStatus;
  int answeredLength;
  boolean isRefused;
  boolean isAnsweredAfterFailure;

  Operation(Arena arena, int number, Kind kind, int length) {
    this.number = number;
    this.kind = kind;
    this.length = length;
    this.memory = arena.allocate(Math.max(1, length));
    if (kind != Kind.GET) {
      fill(memory, number, length);
    }
  }

  /** Takes an event of the initiator's descriptor. */
  void heard(LnetEvent event, long nowNanos) {
    if (event.type() == LnetEventType.SEND) {
      sends++;
      sendStatus = event.status();
    } else if (event.type() == LnetEventType.ACK || event.type() == LnetEventType.REPLY) {
      answers++;
      isAnsweredAfterFailure = sendStatus != 0;
      answerStatus = event.status();
      answeredLength = event.movedLength();
    }
    if (event.isUnlinked()) {
      lasts++;
      endedNanos = nowNanos;
    }
  }

  boolean isOver() {
    return isRefused || lasts > 0;
  }

  /** Whether its initiator was told that all is well. */
  boolean isPromised() {
    return switch (kind) {
      case PUT -> false;
      case ACKED_PUT, GET -> answers > 0 && answerStatus == 0;
    };
  }

  static void fill(MemorySegment memory, int pattern, int length) {
    for (int i = 0; i < length; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, byteAt(pattern, i));
    }
  }

  static boolean isFilled(MemorySegment memory, long at, int pattern, int length) {
    for (int i = 0; i < length; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at + i) != byteAt(pattern, i)) {
        return false;
      }
    }
    return true;
  }

  private static byte byteAt(int pattern, int index) {
    return (byte) (pattern * 31 + index * 7 + (index >>> 8) + 1);
  }

  @Override
  public String toString() {
    return kind
        + " number="
        + number
        + " length="
        + length
        + " sends="
        + sends
        + "("
        + sendStatus
        + ") answers="
        + answers
        + "("
        + answerStatus
        + ") lasts="
        + lasts
        + " arrivals="
        + arrivals;
  }
}
