/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/**
 * PUTs to one lazy portal that came before their descriptor.
 *
 * <p>A network can not be held up in the middle of its messages, so the payload is kept in memory
 * of its own; number and bytes are bounded. A message is there for matching once all of it has
 * come; a later one that comes while a descriptor is there does not wait for it.
 *
 * <p>Belongs to the loop.
 */
final class DelayedPuts {
  /** The most bytes of payload that one portal keeps. */
  static final long BYTES_MAX = 16L << 20;

  private final int countMax;
  private final ArrayDeque<Delayed> waiting = new ArrayDeque<>();
  private int count;
  private long heldBytes;

  /** A message and its payload. */
  static final class Delayed {
    private final DelayedPuts owner;
    private final IncomingMessage message = new IncomingMessage();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment payload;

    Delayed(DelayedPuts owner, IncomingMessage original) {
      this.owner = owner;
      LnetHeader header = original.header();
      payload = arena.allocate(header.payloadLength);
      message.header().copyFrom(header);
      message.neighbour(original.neighbour());
    }

    /** Throws it away. */
    void release() {
      owner.count--;
      owner.heldBytes -= payload.byteSize();
      arena.close();
    }
  }

  DelayedPuts(int countMax) {
    this.countMax = countMax;
  }

  int count() {
    return count;
  }

  boolean hasRoomFor(int payloadLength) {
    return count < countMax && heldBytes + payloadLength <= BYTES_MAX;
  }

  /** Takes the payload of a message that nothing matches yet. */
  Delayed accept(IncomingMessage message) {
    Delayed delayed = new Delayed(this, message);
    count++;
    heldBytes += delayed.payload.byteSize();
    message.accept(Pieces.of(List.of(delayed.payload)), 0, message.header().payloadLength);
    return delayed;
  }

  /** Lets one whose payload is complete wait for its descriptor. */
  void complete(Delayed delayed) {
    waiting.add(delayed);
  }

  /** Gives every message that waits, in order, to the portal again. */
  void retry(Arrivals arrivals) {
    for (Iterator<Delayed> each = waiting.iterator(); each.hasNext(); ) {
      Delayed delayed = each.next();
      if (arrivals.repeat(delayed.message, delayed.payload)) {
        each.remove();
        delayed.release();
      }
    }
  }

  /** Throws away what waits. */
  void clear(Arrivals arrivals) {
    for (Delayed delayed = waiting.poll(); delayed != null; delayed = waiting.poll()) {
      arrivals.drop(delayed.message, DropReason.NO_MATCH);
      delayed.release();
    }
  }
}
