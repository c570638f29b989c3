/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node that keeps what a network reports, and takes everything unless a test says otherwise. */
public final class FakePort implements LndPort {
  /** A message that came, when it was complete. */
  public record Arrival(
      MessageType type,
      Nid source,
      int sourcePid,
      long matchBits,
      long payloadLength,
      ProcessId neighbour,
      ByteBuffer body,
      int status) {
    /** What was stored. */
    public byte[] payload() {
      byte[] bytes = new byte[body.remaining()];
      body.get(body.position(), bytes);
      return bytes;
    }
  }

  /** A message that was handed back. */
  public record Sent(OutgoingMessage message, int status) {}

  /** A neighbour that has come or gone; gone if the status is not {@link #UP}. */
  public record Change(ProcessId neighbour, int status, long incarnation) {}

  /** The status of a neighbour that has come. */
  public static final int UP = 1;

  public final List<Arrival> arrivals = new ArrayList<>();
  public final List<Sent> sent = new ArrayList<>();
  public final List<Change> changes = new ArrayList<>();

  /** How often a header came, whatever became of it. */
  public int headers;

  /** What is said of a message; ACCEPT unless changed. */
  public Function<IncomingMessage, Verdict> verdict = message -> Verdict.ACCEPT;

  /** How much of a payload is taken; all of it unless changed. */
  public Function<IncomingMessage, Integer> room = message -> message.header().payloadLength;

  /** How many pieces the memory of a message is cut into. */
  public int pieces = 1;

  /** What is done besides when a message was complete. */
  public Consumer<Arrival> onReceived = arrival -> {};

  /** What is done besides when a message was handed back. */
  public Consumer<Sent> onSent = done -> {};

  /** What is done besides when a header has come. */
  public Consumer<IncomingMessage> onArrived = message -> {};

  private final Map<IncomingMessage, MemorySegment> memory = new HashMap<>();

  /** Makes a node that has heard nothing. */
  public FakePort() {}

  @Override
  public Verdict arrived(IncomingMessage message) {
    headers++;
    Verdict said = verdict.apply(message);
    if (said == Verdict.ACCEPT) {
      int length = room.apply(message);
      MemorySegment target = Arena.ofAuto().allocate(Math.max(1, length));
      memory.put(message, target);
      message.accept(Pieces.of(cut(target, pieces)), 0, length);
    } else {
      message.acceptNothing();
    }
    onArrived.accept(message);
    return said;
  }

  private static List<MemorySegment> cut(MemorySegment whole, int pieces) {
    var parts = new ArrayList<MemorySegment>();
    long size = whole.byteSize();
    for (int i = 0; i < pieces; i++) {
      long from = size * i / pieces;
      parts.add(whole.asSlice(from, size * (i + 1) / pieces - from));
    }
    return parts;
  }

  /** Takes the memory of a message away, as an unlink does. */
  public static void divert(IncomingMessage message) {
    message.divert();
  }

  @Override
  public void received(IncomingMessage message, int status) {
    LnetHeader header = message.header();
    MemorySegment target = memory.remove(message);
    byte[] payload =
        target == null
            ? new byte[0]
            : target.asSlice(0, message.acceptedLength()).toArray(ValueLayout.JAVA_BYTE);
    var arrival =
        new Arrival(
            header.type,
            header.source,
            header.sourcePid,
            header.matchBits,
            Integer.toUnsignedLong(header.payloadLength),
            message.neighbour(),
            ByteBuffer.wrap(payload),
            status);
    arrivals.add(arrival);
    onReceived.accept(arrival);
  }

  @Override
  public void sent(OutgoingMessage message, int status) {
    var done = new Sent(message, status);
    sent.add(done);
    onSent.accept(done);
  }

  @Override
  public void neighbourUp(ProcessId neighbour, long incarnation) {
    changes.add(new Change(neighbour, UP, incarnation));
  }

  @Override
  public void neighbourDown(ProcessId neighbour, int status) {
    changes.add(new Change(neighbour, status, 0));
  }

  /** A PUT of some bytes. */
  public static OutgoingMessage put(Nid from, Nid to, long matchBits, byte... payload) {
    return put(from, ProcessId.of(to), matchBits, Long.MAX_VALUE / 2, payload);
  }

  /** A PUT of some bytes that must leave before a time. */
  public static OutgoingMessage put(
      Nid from, ProcessId to, long matchBits, long deadlineNanos, byte... payload) {
    var message = new OutgoingMessage();
    LnetHeader header = message.header();
    header.type = MessageType.PUT;
    header.source = from;
    header.sourcePid = ProcessId.LUSTRE_PID;
    header.destination = to.nid();
    header.destinationPid = to.pid();
    header.matchBits = matchBits;
    header.wireInterfaceCookie = LnetHeader.NO_COOKIE;
    header.wireObjectCookie = LnetHeader.NO_COOKIE;
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, payload.length));
    MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, 0, payload.length);
    message.neighbour(to, deadlineNanos);
    message.payload(Pieces.of(memory), 0, payload.length);
    return message;
  }

  /** The change that came last, or null. */
  public @Nullable Change lastChange() {
    return changes.isEmpty() ? null : changes.getLast();
  }
}
