/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.wire.PingInfoLayout;
import dev.atoll.lnet.wire.Soundness;
import dev.atoll.loop.EventLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks other nodes for their info: a GET to the reserved portal, its answer checked.
 *
 * <p>Each ping ends exactly once, whatever becomes of its messages; its buffer is used again when
 * the network has given everything back. Belongs to the loop.
 */
final class Pings {
  /** Bytes that are asked for when it is not known how long the info is: 16 entries. */
  static final int LIST_LENGTH = 272;

  /** Bytes that {@code lctl ping} asks for. */
  static final int USER_LENGTH = 3960;

  /** The most pings at one time. */
  static final int COUNT_MAX = 1 << 14;

  /** Buffers that are kept for the next ping. */
  private static final int SPARE_MAX = 64;

  private final EventLoop loop;
  private final LnetCore core;
  private final Set<Ping> open = new HashSet<>();
  private final ArrayDeque<MemorySegment> spare = new ArrayDeque<>();
  private final LnetOperation operation = new LnetOperation();

  Pings(EventLoop loop, LnetCore core) {
    this.loop = loop;
    this.core = core;
  }

  /** Counts those whose buffer is in use. */
  int count() {
    return open.size();
  }

  /**
   * Asks a node.
   *
   * @param target whom
   * @param length how many bytes at most
   * @param timeoutNanos how long to wait
   * @param listener is called once, perhaps before this returns, unless this refuses
   * @return zero, or a negative errno if nothing was begun
   */
  int ping(ProcessId target, int length, long timeoutNanos, Consumer<PingAnswer> listener) {
    if (open.size() >= COUNT_MAX) {
      return LnetErrno.NO_BUFFERS;
    }
    MemorySegment buffer = bufferFor(length);
    Ping ping = new Ping(buffer, length, listener);
    open.add(ping);
    MemorySegment room = buffer.asSlice(0, length);
    ping.descriptor = core.bind(Pieces.of(room), MemoryOptions.forInitiator(), ping, null);
    operation.clear();
    operation.target = target;
    operation.portal = LnetNumbers.RESERVED_PORTAL;
    operation.matchBits = LnetNumbers.PING_MATCH_BITS;
    operation.length = length;
    operation.timeoutNanos = timeoutNanos;
    int refusal = core.get(ping.descriptor, operation);
    if (refusal != 0) {
      ping.listener = null;
      ping.unlink();
    }
    return refusal;
  }

  /** Releases what is kept; after the core has ended every ping. */
  void close() {
    spare.clear();
  }

  private MemorySegment bufferFor(int length) {
    MemorySegment kept = spare.poll();
    boolean isLongEnough = kept != null && kept.byteSize() >= length;
    return kept != null && isLongEnough
        ? kept
        : Arena.ofAuto().allocate(Math.max(length, USER_LENGTH), Long.BYTES);
  }

  private void giveBack(MemorySegment buffer) {
    if (spare.size() < SPARE_MAX) {
      spare.push(buffer);
    }
  }

  /** One that is under way. */
  private final class Ping implements EventHandler {
    private final MemorySegment buffer;
    private final int length;
    private final long beganNanos = loop.nanos();
    private @Nullable Consumer<PingAnswer> listener;
    private @Nullable MemoryDescriptor descriptor;
    private boolean isUnlinking;

    Ping(MemorySegment buffer, int length, Consumer<PingAnswer> listener) {
      this.buffer = buffer;
      this.length = length;
      this.listener = listener;
    }

    @Override
    public void handle(LnetEvent event) {
      boolean isLast = event.isUnlinked();
      switch (event.type()) {
        case SEND -> {
          if (event.status() != 0) {
            end(event.status(), null, 0);
          }
        }
        case REPLY -> judge(event.status(), event.movedLength());
        case UNLINK -> end(LnetErrno.CANCELED, null, 0);
        case GET, PUT, ACK -> throw new AssertionError("event=" + event + " of a ping");
      }
      if (isLast) {
        end(LnetErrno.CANCELED, null, 0);
        open.remove(this);
        giveBack(buffer);
      } else if (listener == null) {
        unlink();
      }
    }

    private void unlink() {
      if (!isUnlinking && descriptor != null) {
        isUnlinking = true;
        var _ = core.unlinkNow(descriptor);
      }
    }

    private void judge(int status, int moved) {
      if (status != 0) {
        end(status, null, 0);
        return;
      }
      int fault = PingInfoLayout.inspect(buffer, 0, moved);
      if (fault == Soundness.SOUND) {
        end(0, PingInfoLayout.decode(buffer, 0), 0);
        return;
      }
      boolean isCut =
          fault == Soundness.TRUNCATED && moved >= PingInfoLayout.BYTES_MIN && moved == length;
      int needed = isCut ? (int) PingInfoLayout.neededBytes(buffer, 0) : 0;
      end(LnetErrno.PROTOCOL, null, needed);
    }

    private void end(int status, @Nullable PingInfo info, int neededLength) {
      Consumer<PingAnswer> told = listener;
      listener = null;
      if (told != null) {
        told.accept(new PingAnswer(status, info, neededLength, loop.nanos() - beganNanos));
      }
    }
  }

  /** Says what a ping has found in the words of the public result. */
  static PingResult result(ProcessId target, PingAnswer answer) {
    PingInfo info = answer.info();
    if (info == null) {
      return new PingResult(answer.status(), target, List.of(), 0, 0, answer.roundTripNanos());
    }
    var ids = new ArrayList<ProcessId>();
    ids.add(new ProcessId(Nid.LOOPBACK, info.pid()));
    info.interfaces().forEach(each -> ids.add(new ProcessId(each.nid(), info.pid())));
    return new PingResult(
        0, target, List.copyOf(ids), info.features(), info.sequence(), answer.roundTripNanos());
  }
}
