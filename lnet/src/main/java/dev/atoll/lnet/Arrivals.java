/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What becomes of messages that come in. Belongs to the loop; allocates nothing. */
final class Arrivals {
  private final long interfaceCookie;
  private final PrimaryNids primaryNids;
  private final Portals portals;
  private final Descriptors descriptors;
  private final AwaitedAnswers awaited;
  private final Departures departures;
  private final LnetCounters counters;

  Arrivals(
      LnetCore.Parts parts,
      AwaitedAnswers awaited,
      Descriptors descriptors,
      Departures departures) {
    this.interfaceCookie = parts.interfaceCookie();
    this.primaryNids = parts.primaryNids();
    this.portals = parts.portals();
    this.counters = parts.counters();
    this.awaited = awaited;
    this.descriptors = descriptors;
    this.departures = departures;
  }

  /** Decides about a message whose header is there. */
  Verdict arrived(IncomingMessage message) {
    if (message.descriptor != null || message.answer != null || message.delayed != null) {
      throw new IllegalStateException("the message before was never received");
    }
    LnetHeader header = message.header();
    message.acceptNothing();
    boolean hasPayload = header.payloadLength != 0;
    boolean isTooBig = Integer.compareUnsigned(header.payloadLength, LnetOperation.LENGTH_MAX) > 0;
    return switch (header.type) {
      case PUT -> isTooBig ? Verdict.CUT : put(message);
      case GET -> hasPayload ? Verdict.CUT : get(message);
      case REPLY -> isTooBig ? Verdict.CUT : reply(message);
      case ACK -> hasPayload ? Verdict.CUT : ack(message);
      case HELLO -> Verdict.CUT;
    };
  }

  /** Ends a message whose payload is there, or never will be. */
  void received(IncomingMessage message, int status) {
    OutgoingMessage answer = message.answer;
    if (answer != null) {
      message.answer = null;
      counters.countReceived(MessageType.GET, 0);
      if (status == 0) {
        departures.answer(answer);
      } else {
        // It was not what it seemed, by its checksum, say.
        departures.sent(answer, status);
      }
      return;
    }
    DelayedPuts.Delayed delayed = message.delayed;
    if (delayed != null) {
      message.delayed = null;
      endDelayed(message, delayed, status);
      return;
    }
    MemoryDescriptor descriptor = message.descriptor;
    if (descriptor == null) {
      // Dropped, or diverted and reported already.
      return;
    }
    descriptor.remove(message);
    counters.countReceived(message.header().type, message.acceptedLength());
    if (status == 0) {
      acknowledge(message, descriptor);
    }
    descriptors.finish(descriptor, message.event, status);
    message.event.clear();
  }

  /** Throws a message away. */
  Verdict drop(IncomingMessage message, DropReason reason) {
    LnetHeader header = message.header();
    counters.countDropped(reason, header.type, header.payloadLength);
    message.acceptNothing();
    return Verdict.DROP;
  }

  private Verdict put(IncomingMessage message) {
    LnetHeader header = message.header();
    MemoryDescriptor descriptor = portals.match(header, message.neighbour().nid());
    if (descriptor == null) {
      return portals.reason == DropReason.NO_MATCH ? delay(message) : drop(message, portals.reason);
    }
    return put(message, descriptor);
  }

  private Verdict put(IncomingMessage message, MemoryDescriptor descriptor) {
    LnetHeader header = message.header();
    fill(message.event, LnetEventType.PUT, message);
    message.event.headerData = header.headerData;
    return store(message, descriptor, portals.offset, portals.length);
  }

  /** Gives a message that waited to the portal again; tells whether it waits no longer. */
  boolean repeat(IncomingMessage message, MemorySegment payload) {
    MemoryDescriptor descriptor = portals.match(message.header(), message.neighbour().nid());
    if (descriptor == null) {
      if (portals.reason == DropReason.NO_MATCH) {
        return false;
      }
      drop(message, portals.reason);
      return true;
    }
    put(message, descriptor);
    message.store(payload, 0, message.acceptedLength());
    received(message, 0);
    return true;
  }

  private Verdict delay(IncomingMessage message) {
    DelayedPuts puts = portals.delayed(message.header().portal);
    if (puts == null) {
      return drop(message, DropReason.NO_MATCH);
    }
    if (!puts.hasRoomFor(message.header().payloadLength)) {
      return drop(message, DropReason.OVERLOAD);
    }
    message.delayed = puts.accept(message);
    return Verdict.ACCEPT;
  }

  private void endDelayed(IncomingMessage message, DelayedPuts.Delayed delayed, int status) {
    DelayedPuts puts = portals.delayed(message.header().portal);
    if (status != 0 || puts == null) {
      drop(message, DropReason.NO_MATCH);
      delayed.release();
      return;
    }
    puts.complete(delayed);
    puts.retry(this);
  }

  private Verdict get(IncomingMessage message) {
    if (departures.isOverloaded()) {
      return drop(message, DropReason.OVERLOAD);
    }
    LnetHeader header = message.header();
    MemoryDescriptor descriptor = portals.match(header, message.neighbour().nid());
    if (descriptor == null) {
      return drop(message, portals.reason);
    }
    OutgoingMessage reply = departures.answerTo(message, MessageType.REPLY);
    reply.descriptor = descriptor;
    reply.payload(descriptor.pieces, portals.offset, portals.length);
    fill(reply.event, LnetEventType.GET, message);
    reply.event.offset = portals.offset;
    reply.event.movedLength = portals.length;
    descriptors.begin(descriptor, portals.offset, portals.length);
    message.answer = reply;
    return Verdict.ACCEPT;
  }

  private Verdict reply(IncomingMessage message) {
    AwaitedAnswer answer = waiting(message, true);
    if (answer == null) {
      return Verdict.DROP;
    }
    MemoryDescriptor descriptor = answer.descriptor();
    int length = message.header().payloadLength;
    if (length > answer.length) {
      if (!descriptor.options.has(MemoryOptions.TRUNCATE)) {
        return drop(message, DropReason.LONG_REPLY);
      }
      length = answer.length;
    }
    fill(message.event, LnetEventType.REPLY, message);
    message.event.portal = answer.portal;
    message.event.matchBits = answer.matchBits;
    return take(message, answer, length);
  }

  private Verdict ack(IncomingMessage message) {
    AwaitedAnswer answer = waiting(message, false);
    if (answer == null) {
      return Verdict.DROP;
    }
    long kept = Integer.toUnsignedLong(message.header().length);
    fill(message.event, LnetEventType.ACK, message);
    message.event.portal = answer.portal;
    message.event.requestedLength = answer.length;
    int moved = (int) Math.min(kept, answer.length);
    Verdict verdict = take(message, answer, 0);
    message.event.movedLength = moved;
    return verdict;
  }

  /** Finds who waits for an answer; counts it as dropped if nobody does. */
  private @Nullable AwaitedAnswer waiting(IncomingMessage message, boolean isReply) {
    LnetHeader header = message.header();
    AwaitedAnswer answer =
        header.wireInterfaceCookie == interfaceCookie
            ? awaited.find(header.wireObjectCookie)
            : null;
    DropReason reason = DropReason.UNKNOWN_HANDLE;
    if (answer != null) {
      if (answer.isReply == isReply && isSameNode(answer.target, header.source)) {
        return answer;
      }
      reason = DropReason.FOREIGN_ANSWER;
    }
    Verdict _ = drop(message, reason);
    return null;
  }

  private boolean isSameNode(Nid one, Nid other) {
    return one.equals(other) || primaryNids.primary(one).equals(primaryNids.primary(other));
  }

  /** Takes an answer: nobody waits for it any more, its bytes are on the way. */
  private Verdict take(IncomingMessage message, AwaitedAnswer answer, int length) {
    MemoryDescriptor descriptor = answer.descriptor();
    message.event.offset = answer.localOffset;
    message.event.movedLength = length;
    message.accept(descriptor.pieces, answer.localOffset, length);
    awaited.remove(answer);
    descriptor.busyCount++;
    descriptor.add(message);
    return Verdict.ACCEPT;
  }

  private Verdict store(
      IncomingMessage message, MemoryDescriptor descriptor, long offset, int length) {
    message.event.offset = offset;
    message.event.movedLength = length;
    message.accept(descriptor.pieces, offset, length);
    descriptors.begin(descriptor, offset, length);
    descriptor.add(message);
    return Verdict.ACCEPT;
  }

  private void acknowledge(IncomingMessage message, MemoryDescriptor descriptor) {
    LnetHeader header = message.header();
    if (header.type != MessageType.PUT
        || !header.wantsAck()
        || descriptor.options.has(MemoryOptions.ACK_DISABLE)) {
      return;
    }
    if (departures.isOverloaded()) {
      counters.countDropped(DropReason.OVERLOAD, MessageType.ACK, 0);
      return;
    }
    OutgoingMessage ack = departures.answerTo(message, MessageType.ACK);
    ack.header().matchBits = header.matchBits;
    ack.header().length = message.acceptedLength();
    departures.answer(ack);
  }

  private void fill(LnetEvent event, LnetEventType type, IncomingMessage message) {
    LnetHeader header = message.header();
    event.type = type;
    event.initiatorNid = primaryNids.primary(header.source);
    event.initiatorPid = header.sourcePid;
    event.sourceNid = header.source;
    event.senderNid = message.neighbour().nid();
    event.targetNid = header.destination;
    event.targetPid = header.destinationPid;
    event.portal = header.portal;
    event.matchBits = header.matchBits;
    event.headerData = 0;
    event.requestedLength =
        type == LnetEventType.GET
            ? Integer.toUnsignedLong(header.length)
            : Integer.toUnsignedLong(header.payloadLength);
  }
}
