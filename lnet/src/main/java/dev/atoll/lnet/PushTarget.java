/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.wire.PingInfoLayout;
import dev.atoll.lnet.wire.Soundness;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Takes pushes: what other nodes say of themselves, put to the reserved portal. Several places are
 * open, so that a sender that stalls in its payload does not shut out the others; each takes one
 * push and opens again. Belongs to the loop.
 */
final class PushTarget {
  /** Places that are open at one time. */
  static final int PLACES = 16;

  private static final MemoryOptions OPTIONS =
      MemoryOptions.forPuts().with(MemoryOptions.TRUNCATE).withThreshold(1);

  private final LnetCore core;
  private final Taker taker;

  /** How long a push may be; grows when a longer one was cut. */
  private int length = Pings.LIST_LENGTH;

  private boolean isClosed;

  /** Is given what came. */
  interface Taker {
    /**
     * A push is there.
     *
     * @param source who sent it
     * @param info what it says, null if it was cut or is nothing
     * @param wholeLength bytes of all of it, if it was cut; else zero
     */
    void pushed(Nid source, @Nullable PingInfo info, int wholeLength);
  }

  PushTarget(LnetCore core, Taker taker) {
    this.core = core;
    this.taker = taker;
  }

  void open() {
    for (int i = 0; i < PLACES; i++) {
      new Place().open();
    }
  }

  /** Opens nothing any more. */
  void stop() {
    isClosed = true;
  }

  /** Memory for one push. */
  private final class Place implements EventHandler {
    private MemorySegment room = MemorySegment.NULL;

    private void open() {
      if (room.byteSize() < length) {
        room = Arena.ofAuto().allocate(length, Long.BYTES);
      }
      MatchEntry entry =
          core.attach(LnetNumbers.RESERVED_PORTAL, MatchSpec.exact(LnetNumbers.PING_MATCH_BITS));
      core.attach(entry, Pieces.of(room), OPTIONS, this, null);
    }

    @Override
    public void handle(LnetEvent event) {
      Nid source = event.sourceNid();
      PingInfo info = null;
      int wholeLength = 0;
      boolean isPush = event.type() == LnetEventType.PUT && event.status() == 0;
      if (isPush) {
        int moved = event.movedLength();
        int fault = PingInfoLayout.inspect(room, 0, moved);
        if (fault == Soundness.SOUND) {
          info = PingInfoLayout.decode(room, 0);
        } else if (fault == Soundness.TRUNCATED && moved < event.requestedLength()) {
          wholeLength = grow(moved, event.requestedLength());
        }
      }
      if (event.isUnlinked() && !isClosed) {
        open();
      }
      if (isPush && !isClosed) {
        taker.pushed(source, info, wholeLength);
      }
    }

    /** Makes room for the next push, no more than an info can need. */
    private int grow(int moved, long requested) {
      if (moved < PingInfoLayout.BYTES_MIN) {
        return 0;
      }
      long needed = Math.min(PingInfoLayout.neededBytes(room, 0), requested);
      if (needed > PingInfoLayout.BYTES_MAX) {
        return 0;
      }
      while (length < needed) {
        length = Math.min(length * 2, PingInfoLayout.BYTES_MAX);
      }
      return (int) needed;
    }
  }
}
