/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** One core between a test that plays the network below it and handlers that write down. */
abstract class CoreFixture {
  static final Nid HERE = Nid.parse("10.0.0.1@tcp");
  static final Nid THERE = Nid.parse("10.0.0.2@tcp");
  static final Nid THERE_TOO = Nid.parse("10.0.0.3@tcp");
  static final Nid STRANGER = Nid.parse("10.0.0.9@tcp");
  static final Nid GATEWAY = Nid.parse("10.0.0.254@tcp");
  static final long COOKIE = 0x1234_5678_9abc_def0L;

  final CoreLoop time = new CoreLoop();
  final LnetCounters counters = new LnetCounters();
  final Map<Nid, Nid> primary = new HashMap<>();
  final ArrayDeque<OutgoingMessage> sent = new ArrayDeque<>();
  final List<LnetEvent> events = new ArrayList<>();
  final EventHandler handler = this::write;

  /** What the way out answers. */
  int refusal;

  final LnetCore core =
      new LnetCore(
          time.loop(), COOKIE, this::transmit, nid -> primary.getOrDefault(nid, nid), counters);

  private int transmit(OutgoingMessage message) {
    if (refusal == 0) {
      sent.add(message);
    }
    return refusal;
  }

  private void write(LnetEvent event) {
    LnetEvent copy = new LnetEvent();
    copy.copyFrom(event);
    events.add(copy);
  }

  @AfterEach
  void endsClean() {
    core.close();
    while (!sent.isEmpty()) {
      core.sent(sent.remove(), -110);
    }
    time.turn();
    assertThat(core.descriptorCount()).isZero();
    assertThat(core.awaitedCount()).isZero();
    assertThat(core.lentCount()).isZero();
    assertThat(time.failures).isEmpty();
    time.close();
  }

  static MemorySegment memory(int bytes) {
    return Arena.ofAuto().allocate(bytes);
  }

  static Pieces pieces(int bytes) {
    return Pieces.of(memory(bytes));
  }

  static MemorySegment pattern(int bytes) {
    MemorySegment segment = memory(bytes);
    for (int i = 0; i < bytes; i++) {
      segment.set(JAVA_BYTE, i, (byte) (i * 31 + 7));
    }
    return segment;
  }

  static byte[] bytes(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }

  MemoryDescriptor attach(int portal, MatchSpec spec, Pieces pieces, MemoryOptions options) {
    return core.attach(core.attach(portal, spec), pieces, options, handler, null);
  }

  MemoryDescriptor attach(MatchSpec spec, int bytes, MemoryOptions options) {
    return attach(5, spec, pieces(bytes), options);
  }

  MemoryDescriptor bind(int bytes, int threshold) {
    return core.bind(
        pieces(bytes), MemoryOptions.forInitiator().withThreshold(threshold), handler, null);
  }

  /** A request as it comes from a neighbour. */
  IncomingMessage request(MessageType type, long matchBits, int length) {
    IncomingMessage message = new IncomingMessage();
    LnetHeader header = message.header();
    header.type = type;
    header.source = THERE;
    header.sourcePid = ProcessId.LUSTRE_PID;
    header.destination = HERE;
    header.destinationPid = ProcessId.LUSTRE_PID;
    header.portal = 5;
    header.matchBits = matchBits;
    header.wireInterfaceCookie = LnetHeader.NO_COOKIE;
    header.wireObjectCookie = LnetHeader.NO_COOKIE;
    if (type == MessageType.PUT) {
      header.payloadLength = length;
    } else {
      header.length = length;
      header.wireInterfaceCookie = 77;
      header.wireObjectCookie = 78;
    }
    message.neighbour(ProcessId.of(THERE));
    return message;
  }

  IncomingMessage put(long matchBits, int length) {
    return request(MessageType.PUT, matchBits, length);
  }

  IncomingMessage get(long matchBits, int length) {
    return request(MessageType.GET, matchBits, length);
  }

  /** The answer to a message that was sent, as its target would give it. */
  IncomingMessage answer(OutgoingMessage asked, int length) {
    LnetHeader request = asked.header();
    boolean isGet = request.type == MessageType.GET;
    IncomingMessage message = new IncomingMessage();
    LnetHeader header = message.header();
    header.type = isGet ? MessageType.REPLY : MessageType.ACK;
    header.source = request.destination;
    header.sourcePid = request.destinationPid;
    header.destination = HERE;
    header.destinationPid = ProcessId.LUSTRE_PID;
    header.wireInterfaceCookie = request.wireInterfaceCookie;
    header.wireObjectCookie = request.wireObjectCookie;
    header.matchBits = isGet ? 0 : request.matchBits;
    if (isGet) {
      header.payloadLength = length;
    } else {
      header.length = length;
    }
    message.neighbour(ProcessId.of(request.destination));
    return message;
  }

  /** Lets a message arrive whole; its payload is the pattern. */
  Verdict arrive(IncomingMessage message) {
    Verdict verdict = core.arrived(message);
    if (verdict == Verdict.ACCEPT) {
      int length = message.acceptedLength();
      if (length > 0) {
        message.store(pattern(length), 0, length);
      }
    }
    if (verdict != Verdict.CUT) {
      core.received(message, 0);
    }
    return verdict;
  }

  /** Lets the next message leave. */
  void leave() {
    core.sent(sent.remove(), 0);
  }

  List<LnetEventType> types() {
    return events.stream().map(LnetEvent::type).toList();
  }

  LnetEvent last() {
    return events.getLast();
  }

  LnetOperation operation(int length) {
    LnetOperation operation = new LnetOperation();
    operation.target = ProcessId.of(THERE);
    operation.portal = 5;
    operation.matchBits = 42;
    operation.length = length;
    return operation;
  }

  long dropped(DropReason reason) {
    assertThat(counters.droppedMessages()).isEqualTo(counters.droppedMessages(reason));
    return counters.droppedMessages(reason);
  }
}
