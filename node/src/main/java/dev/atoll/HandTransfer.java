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
import dev.atoll.lnet.LnetOperation;
import dev.atoll.lnet.MemoryDescriptor;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Pieces;
import dev.atoll.lnet.ProcessId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One put or get by hand: its memory, and the events that end it. Belongs to the node's loop. */
final class HandTransfer implements EventHandler {
  private static final int MESSAGE_AND_ANSWER = 2;

  private final MemorySegment memory;
  private final String name;
  private final LnetEventType last;
  private final Outcome outcome;
  private boolean isOver;

  private HandTransfer(MemorySegment memory, String name, LnetEventType last, Outcome outcome) {
    this.memory = memory;
    this.name = name;
    this.last = last;
    this.outcome = outcome;
  }

  static void put(
      LnetEngine engine,
      ProcessId target,
      NetworkOrder.Put order,
      byte[] payload,
      Outcome outcome) {
    MemorySegment memory = memoryOf(payload.length);
    MemorySegment.copy(MemorySegment.ofArray(payload), 0, memory, 0, payload.length);
    var transfer =
        new HandTransfer(
            memory,
            "failed to put to " + target.nid(),
            order.wantsAck() ? LnetEventType.ACK : LnetEventType.SEND,
            outcome);
    LnetOperation operation = operation(target, order.target(), order.timeoutNanos());
    operation.headerData = order.headerData();
    operation.wantsAck = order.wantsAck();
    MemoryDescriptor descriptor = transfer.bind(engine, order.wantsAck() ? MESSAGE_AND_ANSWER : 1);
    transfer.begun(engine, descriptor, engine.put(descriptor, operation));
  }

  static void get(LnetEngine engine, ProcessId target, NetworkOrder.Get order, Outcome outcome) {
    var transfer =
        new HandTransfer(
            memoryOf(order.target().lengthBytes()),
            "failed to get from " + target.nid(),
            LnetEventType.REPLY,
            outcome);
    LnetOperation operation = operation(target, order.target(), order.timeoutNanos());
    MemoryDescriptor descriptor = transfer.bind(engine, MESSAGE_AND_ANSWER);
    transfer.begun(engine, descriptor, engine.get(descriptor, operation));
  }

  /** Native memory that lives as long as anything refers to it, the node's descriptor too. */
  private static MemorySegment memoryOf(int bytes) {
    return Arena.ofAuto().allocate(Math.max(1, bytes)).asSlice(0, bytes);
  }

  private static LnetOperation operation(
      ProcessId target, NetworkOrder.Target place, long timeoutNanos) {
    if (place.offset() < 0 || place.offset() > 0xffff_ffffL) {
      throw new IllegalArgumentException("offset=" + place.offset() + " is not of 32 bits");
    }
    LnetOperation operation = new LnetOperation();
    operation.target = target;
    operation.portal = place.portal();
    operation.matchBits = place.matchBits();
    operation.offset = (int) place.offset();
    operation.length = place.lengthBytes();
    operation.timeoutNanos = timeoutNanos;
    return operation;
  }

  private MemoryDescriptor bind(LnetEngine engine, int threshold) {
    return engine.bind(
        Pieces.of(memory), MemoryOptions.forInitiator().withThreshold(threshold), this, null);
  }

  private void begun(LnetEngine engine, MemoryDescriptor descriptor, int status) {
    if (status != 0) {
      over(status, 0);
      // It is idle, so this can not be refused.
      int ignored = engine.unlink(descriptor);
    }
  }

  @Override
  public void handle(LnetEvent event) {
    if (event.status() != 0) {
      over(event.status(), 0);
    } else if (event.type() == last) {
      over(0, event.movedLength());
    } else if (event.isUnlinked()) {
      over(-dev.atoll.posix.Errno.ECANCELED.number(), 0);
    }
  }

  private void over(int status, int moved) {
    if (isOver) {
      return;
    }
    isOver = true;
    if (status != 0) {
      LnetAdministration.failed(outcome, status, name);
    } else if (last == LnetEventType.REPLY) {
      outcome.done(memory.asSlice(0, moved).toArray(ValueLayout.JAVA_BYTE));
    } else {
      outcome.done(
          ReportCodec.encode(
              Report.fields()
                  .number("length", memory.byteSize())
                  .put(
                      "kept",
                      last == LnetEventType.ACK ? new Report.Figure(moved) : new Report.Nothing())
                  .build()));
    }
  }
}
