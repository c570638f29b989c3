/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Errno;

/** What becomes of messages that go out. Belongs to the loop; allocates nothing but to grow. */
final class Departures {
  /** The most answers under way; more requests are dropped. */
  static final int ANSWERS_MAX = 1 << 16;

  private static final int GONE = -Errno.ENOENT.number();
  private static final int INVALID = -Errno.EINVAL.number();
  private static final int FULL = -Errno.ENOMEM.number();
  private static final int TIMED_OUT = -Errno.ETIMEDOUT.number();
  private static final int PID = ProcessId.LUSTRE_PID;

  private final EventLoop loop;
  private final Transmitter transmitter;
  private final PrimaryNids primaryNids;
  private final long interfaceCookie;
  private final AwaitedAnswers awaited;
  private final Descriptors descriptors;
  private final LnetCounters counters;
  private final MessagePool pool = new MessagePool();
  private final LnetEvent expiredEvent = new LnetEvent();
  private long timeoutNanos = LnetCore.TRANSACTION_TIMEOUT_NANOS;
  private int answerCount;

  Departures(
      LnetCore.Parts parts,
      Transmitter transmitter,
      AwaitedAnswers awaited,
      Descriptors descriptors) {
    this.loop = parts.loop();
    this.transmitter = transmitter;
    this.primaryNids = parts.primaryNids();
    this.interfaceCookie = parts.interfaceCookie();
    this.counters = parts.counters();
    this.awaited = awaited;
    this.descriptors = descriptors;
  }

  void timeoutNanos(long nanos) {
    timeoutNanos = nanos;
  }

  /** Counts the messages that the network has not given back. */
  int lentCount() {
    return pool.lentCount();
  }

  boolean isOverloaded() {
    return answerCount >= ANSWERS_MAX;
  }

  /** Begins a put or get; zero, or a negative errno if it has not begun. */
  int begin(MemoryDescriptor descriptor, LnetOperation operation, boolean isGet) {
    boolean isAnswered = isGet || operation.wantsAck;
    int refusal = refusal(descriptor, operation, isAnswered ? 2 : 1);
    if (refusal != 0) {
      return refusal;
    }
    OutgoingMessage message = pool.take();
    if (isAnswered) {
      AwaitedAnswer answer = awaited.add(descriptor, deadlineNanos(operation));
      if (answer == null) {
        pool.give(message);
        return FULL;
      }
      fill(answer, operation, isGet);
      message.header().wireInterfaceCookie = interfaceCookie;
      message.header().wireObjectCookie = answer.cookie;
      message.answerDeadlineNanos = answer.deadlineNanos;
    } else {
      message.header().wireInterfaceCookie = LnetHeader.NO_COOKIE;
      message.header().wireObjectCookie = LnetHeader.NO_COOKIE;
    }
    fill(message, operation, isGet ? MessageType.GET : MessageType.PUT);
    if (isGet) {
      message.header().length = operation.length;
    } else {
      message.header().headerData = operation.headerData;
      message.payload(descriptor.pieces, operation.localOffset, operation.length);
    }
    message.descriptor = descriptor;
    descriptor.useUp(isAnswered ? 2 : 1);
    descriptor.busyCount++;
    transmit(message);
    return 0;
  }

  /** Makes the answer to a message, but for its content. */
  OutgoingMessage answerTo(IncomingMessage request, MessageType type) {
    OutgoingMessage answer = pool.take();
    answerCount++;
    LnetHeader asked = request.header();
    LnetHeader header = answer.header();
    header.type = type;
    header.destination = asked.source;
    header.destinationPid = asked.sourcePid;
    header.source = asked.destination;
    header.sourcePid = PID;
    header.wireInterfaceCookie = asked.wireInterfaceCookie;
    header.wireObjectCookie = asked.wireObjectCookie;
    answer.via = request.neighbour();
    return answer;
  }

  /** Sends an answer. */
  void answer(OutgoingMessage message) {
    MessageType type = message.header().type;
    if (!transmit(message)) {
      counters.countDropped(DropReason.NO_WAY_BACK, type, 0);
    }
  }

  /** Ends a message that has left, or never will. */
  void sent(OutgoingMessage message, int status) {
    LnetHeader header = message.header();
    if (status == 0) {
      counters.countSent(header.type, header.payloadLength);
    } else {
      counters.countFailed(header.type);
    }
    boolean isAnswer = header.type == MessageType.ACK || header.type == MessageType.REPLY;
    if (isAnswer) {
      answerCount--;
    } else if (status != 0) {
      // Nobody will answer what has not left: the operation ends here.
      AwaitedAnswer answer = awaited.find(header.wireObjectCookie);
      if (answer != null) {
        awaited.remove(answer);
      }
    }
    MemoryDescriptor descriptor = message.descriptor;
    if (descriptor != null) {
      descriptors.finish(descriptor, message.event, status);
    }
    pool.give(message);
  }

  /** Ends an operation whose answer has not come. */
  void expired(AwaitedAnswer answer) {
    MemoryDescriptor descriptor = answer.descriptor();
    LnetEvent event = expiredEvent;
    event.type = answer.isReply ? LnetEventType.REPLY : LnetEventType.ACK;
    event.initiatorNid = primaryNids.primary(answer.target);
    event.initiatorPid = answer.targetPid;
    event.sourceNid = answer.target;
    event.senderNid = answer.target;
    event.targetNid = answer.source;
    event.targetPid = PID;
    event.portal = answer.portal;
    event.matchBits = answer.matchBits;
    event.requestedLength = answer.length;
    event.offset = answer.localOffset;
    counters.countTimedOut(answer.type());
    awaited.remove(answer);
    descriptors.report(descriptor, event, TIMED_OUT);
    event.clear();
  }

  private boolean transmit(OutgoingMessage message) {
    int refused = transmitter.transmit(message);
    if (refused != 0) {
      sent(message, refused);
    }
    return refused == 0;
  }

  private int refusal(MemoryDescriptor descriptor, LnetOperation operation, int uses) {
    if (descriptor.entry != null || descriptor.isEnding || descriptor.threshold == 0) {
      return GONE;
    }
    boolean isFine =
        (descriptor.threshold < 0 || descriptor.threshold >= uses)
            && operation.length >= 0
            && operation.length <= LnetOperation.LENGTH_MAX
            && operation.localOffset >= 0
            && operation.localOffset <= descriptor.pieces.length() - operation.length
            && operation.portal >= 0
            && operation.portal < Portals.COUNT
            && operation.timeoutNanos >= 0
            && !operation.target.nid().equals(Nid.ANY);
    return isFine ? 0 : INVALID;
  }

  private long deadlineNanos(LnetOperation operation) {
    long nanos = operation.timeoutNanos == 0 ? timeoutNanos : operation.timeoutNanos;
    return loop.nanos() + Math.min(nanos, Long.MAX_VALUE / 4);
  }

  private static void fill(AwaitedAnswer answer, LnetOperation operation, boolean isReply) {
    answer.isReply = isReply;
    answer.target = operation.target.nid();
    answer.targetPid = operation.target.pid();
    answer.source = operation.source;
    answer.portal = operation.portal;
    answer.matchBits = operation.matchBits;
    answer.localOffset = operation.localOffset;
    answer.length = operation.length;
  }

  private static void fill(OutgoingMessage message, LnetOperation operation, MessageType type) {
    LnetHeader header = message.header();
    header.type = type;
    header.destination = operation.target.nid();
    header.destinationPid = operation.target.pid();
    header.source = operation.source;
    header.sourcePid = PID;
    header.matchBits = operation.matchBits;
    header.portal = operation.portal;
    header.offset = operation.offset;
    LnetEvent event = message.event;
    event.type = LnetEventType.SEND;
    event.initiatorPid = PID;
    event.targetNid = header.destination;
    event.targetPid = header.destinationPid;
    event.portal = operation.portal;
    event.matchBits = operation.matchBits;
    event.requestedLength = operation.length;
    event.movedLength = operation.length;
    event.offset = Integer.toUnsignedLong(operation.offset);
    event.headerData = type == MessageType.PUT ? operation.headerData : 0;
  }
}
