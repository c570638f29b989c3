/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Deadline;
import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.link.Lane;
import dev.atoll.link.LinkException;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RsmError;
import dev.atoll.link.SessionRings;
import dev.atoll.posix.Errno;
import dev.atoll.posix.InterruptibleWait;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * get and put of an import whose bytes the device moves, piece by piece, through the rings of the
 * session.
 *
 * <p>A transfer returns when the device has made it. It ends early, with its error, when the
 * connection ends, the session is lost, or the thread is interrupted; how many bytes were moved by
 * then is not known, as with every failed transfer. Thread safety: all methods may be called by any
 * thread, virtual ones included; as many transfers as there are lanes are under way at a time.
 */
final class MediatedTransfers {
  /**
   * Looks before a thread sleeps: the device takes a few microseconds when it is awake. A lone
   * processor is left to the device at once.
   */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 2_000 : 0;

  /** After so many the processor is offered to others, since the device may need it. */
  private static final int SPINS_PER_YIELD = 500;

  private final RsmContext context;
  private final long handle;
  private final long size;
  private final Supplier<@Nullable RsmError> end;

  /** Which of a connection's ends is known: {@code end} gives null while it holds. */
  MediatedTransfers(RsmContext context, long handle, long size, Supplier<@Nullable RsmError> end) {
    this.context = context;
    this.handle = handle;
    this.size = size;
    this.end = end;
  }

  void put(String operation, long offset, MemorySegment source, long sourceOffset, long length) {
    check(operation, offset, length, sourceOffset, source);
    long done = 0;
    try {
      while (done < length) {
        done += putPart(operation, offset + done, source, sourceOffset + done, length - done);
      }
    } catch (IllegalStateException | LinkException e) {
      throw endOr(operation, e);
    }
  }

  private long putPart(
      String operation, long offset, MemorySegment source, long sourceOffset, long left) {
    Lane lane = take(operation);
    try {
      long part = Math.min(left, lane.bounce().byteSize());
      MemorySegment.copy(source, sourceOffset, lane.bounce(), 0, part);
      transfer(operation, lane, RingEntry.PUT, offset, part);
      return part;
    } finally {
      lane.rings().giveBack(lane);
    }
  }

  void get(String operation, long offset, MemorySegment target, long targetOffset, long length) {
    check(operation, offset, length, targetOffset, target);
    long done = 0;
    try {
      while (done < length) {
        done += getPart(operation, offset + done, target, targetOffset + done, length - done);
      }
    } catch (IllegalStateException | LinkException e) {
      throw endOr(operation, e);
    }
  }

  private long getPart(
      String operation, long offset, MemorySegment target, long targetOffset, long left) {
    Lane lane = take(operation);
    try {
      long part = Math.min(left, lane.bounce().byteSize());
      transfer(operation, lane, RingEntry.GET, offset, part);
      MemorySegment.copy(lane.bounce(), 0, target, targetOffset, part);
      return part;
    } finally {
      lane.rings().giveBack(lane);
    }
  }

  /** The session may have been closed or lost meanwhile; else it is the caller's memory. */
  private RuntimeException endOr(String operation, RuntimeException thrown) {
    RsmError ended = findEnd();
    return ended == null ? thrown : new RsmException(ended, operation, "", thrown);
  }

  private void check(
      String operation, long offset, long length, long ownOffset, MemorySegment own) {
    if (!Ranges.contains(offset, length, size)) {
      throw new RsmException(
          RsmError.BAD_OFFSET,
          operation,
          "offset=" + offset + " length=" + length + " reach=0.." + size,
          null);
    }
    Ranges.check(ownOffset, length, own.byteSize());
  }

  private Lane take(String operation) {
    Lane lane;
    try {
      lane = context.session().rings().take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RsmException(RsmError.INTERRUPTED, operation, "", e);
    }
    boolean isReady = false;
    try {
      // Whoever had it before may have been interrupted while the device was still at it.
      await(operation, lane);
      isReady = true;
      return lane;
    } finally {
      if (!isReady) {
        lane.rings().giveBack(lane);
      }
    }
  }

  private void transfer(String operation, Lane lane, int kind, long offset, long length) {
    SessionRings rings = lane.rings();
    while (!rings.submit(lane, kind, handle, offset, length)) {
      // More signals are on their way than the ring has slots for; the device takes them at once.
      checkLive(operation);
      context.calls().wake(operation, rings);
      Thread.onSpinWait();
    }
    Site.hit("transfer.submitted");
    context.calls().wake(operation, rings);
    await(operation, lane);
    int code = lane.code();
    if (code != 0) {
      throw refusal(operation, code, lane.errno());
    }
  }

  // Yielding is no way to order threads here, it only gives a short-handed machine away.
  @SuppressWarnings("ThreadPriorityCheck")
  private void await(String operation, Lane lane) {
    for (int i = 1; i <= SPINS && !lane.isDone(); i++) {
      if (i % SPINS_PER_YIELD == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
    if (!lane.isDone()) {
      InterruptibleWait waiter = context.beginWait();
      try {
        sleepTold(operation, lane, waiter);
      } finally {
        context.endWait(waiter);
      }
    }
  }

  private void sleepTold(String operation, Lane lane, InterruptibleWait waiter) {
    lane.setWaiting(true);
    try {
      sleep(operation, lane, waiter);
    } finally {
      // Throws once the session is closed, as its pages have gone then.
      lane.setWaiting(false);
    }
  }

  private void sleep(String operation, Lane lane, InterruptibleWait waiter) {
    while (true) {
      int seen = lane.sequenceAcquire();
      if (lane.isDone()) {
        return;
      }
      checkLive(operation);
      context.calls().wake(operation, lane.rings());
      // Woken or done: the next turn finds out which.
      if (waiter.awaitChange(lane.word(), seen, Deadline.never(context.clock()))
          == InterruptibleWait.Outcome.INTERRUPTED) {
        throw new RsmException(RsmError.INTERRUPTED, operation, "", null);
      }
    }
  }

  private @Nullable RsmError findEnd() {
    RsmError ended = end.get();
    return ended == null && !context.session().isOpen() ? RsmError.CONN_ABORTED : ended;
  }

  private void checkLive(String operation) {
    RsmError ended = findEnd();
    if (ended != null) {
      throw new RsmException(ended, operation, "", null);
    }
  }

  private RsmException refusal(String operation, int code, int errno) {
    RsmError ended = findEnd();
    if (ended != null) {
      return new RsmException(ended, operation, "", null);
    }
    String detail = errno == 0 ? "" : "the device's system call failed: " + Errno.of(errno);
    return RsmError.of(code)
        .map(error -> new RsmException(error, operation, detail, null))
        .orElseGet(
            () -> new RsmException(RsmError.INTERNAL_ERROR, operation, "code " + code, null));
  }
}
