/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.device.NetworkAdministration.Outcome;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import dev.atoll.link.ReportCodec;
import dev.atoll.lnet.EventHandler;
import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.MatchEntry;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.Pieces;
import dev.atoll.lnet.ProcessId;
import dev.atoll.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Memory that sessions have put behind portals by hand. Belongs to the node's loop. */
final class ServedPortals {
  private static final int PORTALS = 64;
  private static final int COUNT_MAX = 256;
  private static final long BYTES_MAX = 1L << 28;
  private static final int EVENTS_KEPT = 4096;
  private static final int EVENTS_OF_ANSWER = 256;

  private final Map<Long, Served> all = new HashMap<>();
  private long last;
  private long bytes;

  void serve(
      LnetEngine engine, long session, NetworkOrder.Serve order, byte[] content, Outcome outcome) {
    if (order.portal() < 1 || order.portal() >= PORTALS) {
      throw new IllegalArgumentException(
          "portal=" + Integer.toUnsignedString(order.portal()) + " is not from 1 to 63");
    }
    if (!order.allows().put() && !order.allows().get()) {
      throw new IllegalArgumentException("neither put nor get is allowed");
    }
    if (all.size() == COUNT_MAX || order.sizeBytes() > BYTES_MAX - bytes) {
      throw new NetworkException(
          Errno.ENOMEM,
          all.size()
              + " entries of "
              + COUNT_MAX
              + " with "
              + bytes
              + " bytes of "
              + BYTES_MAX
              + " are served; withdraw some");
    }
    MemorySegment memory =
        Arena.ofAuto().allocate(Math.max(1, order.sizeBytes())).asSlice(0, order.sizeBytes());
    MemorySegment.copy(MemorySegment.ofArray(content), 0, memory, 0, content.length);
    MatchEntry entry = engine.attach(order.portal(), specOf(order.match()));
    var served = new Served(++last, session, memory, entry);
    engine.attach(entry, Pieces.of(memory), optionsOf(order.allows()), served, null);
    all.put(served.number, served);
    bytes += memory.byteSize();
    outcome.done(ReportCodec.encode(Report.fields().number("number", served.number).build()));
  }

  private static MatchSpec specOf(NetworkOrder.Match match) {
    MatchSpec spec = MatchSpec.exact(match.bits()).ignoring(match.ignoredBits());
    return match.nid().equals("*")
        ? spec
        : spec.from(new ProcessId(Nid.parse(match.nid()), ProcessId.ANY_PID));
  }

  private static MemoryOptions optionsOf(NetworkOrder.Allows allows) {
    int flags =
        (allows.put() ? MemoryOptions.OP_PUT : 0)
            | (allows.get() ? MemoryOptions.OP_GET : 0)
            | (allows.isOffsetManaged() ? 0 : MemoryOptions.MANAGE_REMOTE)
            | (allows.isTruncating() ? MemoryOptions.TRUNCATE : 0);
    return new MemoryOptions(flags, MemoryOptions.ENDLESS, 0, false);
  }

  void events(LnetEngine engine, long session, NetworkOrder.Events order, Outcome outcome) {
    Served served = find(session, order.number());
    if (served.waiting != null) {
      throw new NetworkException(Errno.EBUSY, "somebody waits for these events already");
    }
    served.waiting = outcome;
    long ask = ++served.asks;
    served.answer(false);
    if (served.waiting != null) {
      engine.loop().schedule(order.timeoutNanos(), () -> served.timeOver(ask));
    }
  }

  void peek(long session, NetworkOrder.Peek order, Outcome outcome) {
    Served served = find(session, order.number());
    long size = served.memory.byteSize();
    if (order.offset() < 0
        || order.offset() > size
        || order.lengthBytes() > size - order.offset()) {
      throw new IllegalArgumentException(
          "offset=" + order.offset() + ", length=" + order.lengthBytes() + " of bytes=" + size);
    }
    outcome.done(
        served.memory.asSlice(order.offset(), order.lengthBytes()).toArray(ValueLayout.JAVA_BYTE));
  }

  void withdraw(LnetEngine engine, long session, NetworkOrder.Withdraw order, Outcome outcome) {
    end(engine, find(session, order.number()));
    outcome.done(new byte[0]);
  }

  void endSession(LnetEngine engine, long session) {
    List<Served> gone = new ArrayList<>();
    all.values()
        .forEach(each -> {
          if (each.session == session) {
            gone.add(each);
          }
        });
    gone.forEach(each -> end(engine, each));
  }

  private Served find(long session, long number) {
    Served served = all.get(number);
    if (served == null || served.session != session) {
      throw new NetworkException(Errno.ENOENT, "nothing is served as number " + number);
    }
    return served;
  }

  private void end(LnetEngine engine, Served served) {
    all.remove(served.number);
    bytes -= served.memory.byteSize();
    // Gone already if the node itself has used it up.
    int ignored = engine.unlink(served.entry);
    Outcome waiting = served.waiting;
    served.waiting = null;
    if (waiting != null) {
      waiting.refused(Errno.ECANCELED, "it was withdrawn");
    }
  }

  /** One entry, its memory, and the events that nobody has asked for yet. */
  private static final class Served implements EventHandler {
    private final long number;
    private final long session;
    private final MemorySegment memory;
    private final MatchEntry entry;
    private final Deque<Report> events = new ArrayDeque<>();
    private long lost;
    private @Nullable Outcome waiting;
    private long asks;

    Served(long number, long session, MemorySegment memory, MatchEntry entry) {
      this.number = number;
      this.session = session;
      this.memory = memory;
      this.entry = entry;
    }

    @Override
    public void handle(LnetEvent event) {
      if (event.type() == LnetEventType.UNLINK) {
        return;
      }
      if (events.size() == EVENTS_KEPT) {
        events.removeFirst();
        lost++;
      }
      events.addLast(
          Report.fields()
              .text("type", event.type().name())
              .text("initiator", event.initiator().toString())
              .number("portal", event.portal())
              .text("match bits", "0x" + Long.toHexString(event.matchBits()))
              .number("requested", event.requestedLength())
              .number("length", event.movedLength())
              .number("offset", event.offset())
              .text("header data", "0x" + Long.toHexString(event.headerData()))
              .number("status", event.status())
              .flag("unlinked", event.isUnlinked())
              .build());
      answer(false);
    }

    /** Whoever asked by that number, and has no answer yet, gets an empty one. */
    private void timeOver(long ask) {
      if (asks == ask) {
        answer(true);
      }
    }

    /** Gives the events to who waits; none only at the end of his time. */
    private void answer(boolean isTimeOver) {
      Outcome asker = waiting;
      if (asker == null || (events.isEmpty() && !isTimeOver)) {
        return;
      }
      waiting = null;
      List<Report> rows = new ArrayList<>();
      while (!events.isEmpty() && rows.size() < EVENTS_OF_ANSWER) {
        rows.add(events.removeFirst());
      }
      asker.done(
          ReportCodec.encode(Report.fields().rows("events", rows).number("lost", lost).build()));
      lost = 0;
    }
  }
}
