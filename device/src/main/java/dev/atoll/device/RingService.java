/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.AtollException;
import dev.atoll.base.Site;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RingsLayout;
import dev.atoll.link.RsmError;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves the rings of all sessions: looks at those that were in use lately, and lets the others
 * sleep.
 *
 * <p>A ring that stayed empty for a while is marked as asleep, and its program tells the device of
 * the next entry over the session. Programs look at that mark without a fence after their commit,
 * so each could miss the other's store; a store is seen by all within microseconds, though, so one
 * more look a millisecond later finds what was missed. After that nothing is left to do, and an
 * idle device uses no processor. Owned by the loop.
 */
final class RingService {
  private static final System.Logger LOG = System.getLogger(RingService.class.getName());

  /** How long an empty ring is looked at. */
  private static final long ACTIVE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** When a ring that was put to sleep is looked at once more. */
  private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Entries of one ring in one turn, and transfers: a busy program must not hold up the others. */
  private static final int ENTRIES_PER_TURN = 64;

  private static final int TRANSFERS_PER_TURN = 8;

  /** Bytes after which the loop looks at its sockets and timers before the next turn. */
  private static final long BYTES_IN_A_ROW = 4 << 20;

  /** What an entry counts beside its bytes: a signal moves none, but costs a system call. */
  private static final long BYTES_OF_AN_ENTRY = 4 << 10;

  private final Posix posix;
  private final AgentPorts ports;
  private final Transfers transfers;
  private final Signalling signalling;
  private final Runnable malformed;
  private final Set<ClientSession> active = new LinkedHashSet<>();
  private final Runnable turn = this::turn;
  private boolean isTurnDue;
  private long bytesInARow;

  RingService(
      Posix posix,
      AgentPorts ports,
      Transfers transfers,
      Signalling signalling,
      Runnable malformed) {
    this.posix = posix;
    this.ports = ports;
    this.transfers = transfers;
    this.signalling = signalling;
    this.malformed = malformed;
  }

  /** Makes the rings of a session, or gives them again. */
  void open(ClientSession session, long correlation) {
    if (session.rings() != null) {
      answer(session, correlation);
      return;
    }
    boolean isTaken =
        ports.work(
            () -> RingFiles.create(posix, RingsLayout.standard()),
            (files, failure) -> opened(session, correlation, files, failure));
    if (!isTaken) {
      session.reply(
          correlation,
          Reply.Refused.of(RsmError.INSUFFICIENT_RESOURCES, "the device is busy; try again"));
    }
  }

  private void opened(
      ClientSession session,
      long correlation,
      @Nullable RingFiles files,
      @Nullable Throwable failure) {
    if (files == null) {
      session.reply(
          correlation,
          failure instanceof ErrnoException e
              ? Reply.Refused.of(e.errno(), String.valueOf(e.getMessage()))
              : Reply.Refused.of(RsmError.INTERNAL_ERROR, String.valueOf(failure)));
      return;
    }
    if (session.isEnded() || session.rings() != null) {
      // It has gone, or has asked twice at once.
      files.close();
    } else {
      session.setRings(
          new ClientRings(
              posix, RingsLayout.standard(), files, entry -> postSignal(session, entry)));
      Site.hit("rings.given");
    }
    answer(session, correlation);
  }

  private static void answer(ClientSession session, long correlation) {
    ClientRings rings = session.rings();
    if (rings == null) {
      session.reply(correlation, new Reply.Done());
    } else {
      session.reply(
          correlation,
          new Reply.RingsMade(RingsLayout.VERSION, rings.layout()),
          rings.descriptors());
    }
  }

  private void postSignal(ClientSession session, RingEntry entry) {
    signalling.post(
        session, LinkLimits.UNANSWERED, new Request.SignalPost(entry.handle(), entry.flags()));
  }

  /** The program has found its ring asleep, or a sleeping ring is looked at once more. */
  void wake(ClientSession session) {
    ClientRings rings = session.rings();
    if (rings != null && !rings.isClosed()) {
      rings.setAsleep(false);
      rings.usedAt(ports.nanos());
      active.add(session);
      schedule();
    }
  }

  /** Takes what a session submitted before the request that came by the socket. */
  void drain(ClientSession session) {
    ClientRings rings = session.rings();
    if (rings != null && !rings.isClosed()) {
      long taken = rings.takeEntries(rings.layout().slots());
      if (taken < 0) {
        cut(session);
      } else if (rings.hasPending()) {
        wake(session);
      }
    }
  }

  /** The session has ended. */
  void end(ClientSession session) {
    active.remove(session);
    transfers.forget(session);
    ClientRings rings = session.rings();
    if (rings != null) {
      rings.close();
    }
  }

  private void schedule() {
    if (!isTurnDue) {
      isTurnDue = true;
      if (bytesInARow < BYTES_IN_A_ROW) {
        ports.later(turn);
      } else {
        bytesInARow = 0;
        ports.after(0, turn);
      }
    }
  }

  private void turn() {
    isTurnDue = false;
    for (ClientSession session : List.copyOf(active)) {
      serve(session);
    }
    if (!active.isEmpty()) {
      Thread.onSpinWait();
      schedule();
    }
  }

  /** What goes wrong with one program ends its session alone. */
  private void serve(ClientSession session) {
    ClientRings rings = session.rings();
    if (rings == null || rings.isClosed()) {
      active.remove(session);
      return;
    }
    try {
      long taken = rings.takeEntries(ENTRIES_PER_TURN);
      if (taken < 0) {
        cut(session);
        return;
      }
      bytesInARow += taken * BYTES_OF_AN_ENTRY;
      boolean isBusy = makeTransfers(session, rings) || taken > 0;
      rest(session, rings, isBusy);
    } catch (AtollException e) {
      LOG.log(Level.WARNING, "event=session-cut session=" + session.number(), e);
      cut(session);
    }
  }

  private boolean makeTransfers(ClientSession session, ClientRings rings) {
    int made = 0;
    while (made < TRANSFERS_PER_TURN) {
      RingEntry entry = rings.next();
      if (entry == null) {
        break;
      }
      transfers.start(session, rings, entry);
      bytesInARow += entry.length();
      made++;
    }
    rings.wakeWaiters();
    return made > 0;
  }

  private void rest(ClientSession session, ClientRings rings, boolean isBusy) {
    long now = ports.nanos();
    if (isBusy) {
      rings.usedAt(now);
    } else if (now - rings.lastUsedNanos() > ACTIVE_NANOS) {
      active.remove(session);
      rings.setAsleep(true);
      ports.after(LAST_LOOK_NANOS, () -> lookOnceMore(session));
    }
  }

  private void lookOnceMore(ClientSession session) {
    ClientRings rings = session.rings();
    if (rings == null || rings.isClosed() || active.contains(session)) {
      return;
    }
    long taken = rings.takeEntries(ENTRIES_PER_TURN);
    if (taken < 0) {
      cut(session);
    } else if (taken > 0) {
      wake(session);
    }
  }

  /** The ring is not what a program may make of it. */
  private void cut(ClientSession session) {
    active.remove(session);
    ClientRings rings = session.rings();
    if (rings != null) {
      rings.close();
    }
    malformed.run();
    LOG.log(Level.WARNING, "event=session-cut session={0} reason=corrupt-ring", session.number());
    session.cut();
  }
}
