/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RsmError;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between a session's bounce area and an exporter's file, by system calls alone.
 *
 * <p>Sealed memory of the device's own user is moved on the loop, a lane's bytes at a time, unless
 * another user was ever given it for writing. All else goes to a worker: files can wait for a disk,
 * and another user could hold up a write to memory that he can write, say by reserving it
 * meanwhile. Each user has a few transfers on the workers at a time, so that one who makes them
 * last holds up his own and those of his memory. Owned by the loop.
 */
final class Transfers {
  private static final int READ = 0400;
  private static final int WRITE = 0200;

  private final Posix posix;
  private final AgentPorts ports;
  private final int ownUid;
  private final Rebinding rebinding;
  private final Revocation revocation;
  private final TransferShares shares = new TransferShares();

  Transfers(Posix posix, AgentPorts ports, Rebinding rebinding, Revocation revocation) {
    this.posix = posix;
    this.ports = ports;
    this.ownUid = posix.effectiveUid();
    this.rebinding = rebinding;
    this.revocation = revocation;
  }

  /** How a transfer ended: an error's number or zero, and an errno or zero. */
  private record Outcome(int code, int errno) {
    static final Outcome DONE = new Outcome(0, 0);

    static Outcome of(RsmError error) {
      return new Outcome(error.number(), 0);
    }

    static Outcome of(Errno errno) {
      RsmError error =
          switch (errno) {
            case EFAULT -> RsmError.BAD_ADDR;
            case ENOSPC, EDQUOT, ENOMEM -> RsmError.INSUFFICIENT_MEM;
            case EMFILE, ENFILE -> RsmError.INSUFFICIENT_RESOURCES;
            default -> RsmError.INTERNAL_ERROR;
          };
      return new Outcome(error.number(), errno.number());
    }
  }

  /** Makes a transfer, or begins to; the entry is a private copy. */
  void start(ClientSession session, ClientRings rings, RingEntry entry) {
    SegmentState found = session.handles().find(entry.handle());
    RsmError refusal = findRefusal(found, entry);
    if (refusal != null) {
      rings.complete(entry, refusal.number(), 0);
    } else if (found instanceof ImportSegmentState state) {
      if (entry.length() == 0) {
        rings.complete(entry, 0, 0);
      } else if (isQuick(state.export())) {
        Outcome outcome = move(state.export().files().readWrite(), place(state, entry), rings);
        rings.complete(entry, outcome.code(), outcome.errno());
      } else {
        startInTurn(session, rings, entry, state);
      }
    }
  }

  private void startInTurn(
      ClientSession session, ClientRings rings, RingEntry entry, ImportSegmentState state) {
    var users = TransferShares.Users.of(state);
    if (shares.tryBegin(users)) {
      startOnWorker(state, rings, entry);
    } else {
      Site.hit("transfer.waits");
      shares.await(users, new TransferShares.Waiting(session, rings, entry));
    }
  }

  /** Begins what waited for the place that has just become free. */
  private void leavePlace(TransferShares.Users users) {
    shares.end(users);
    for (var next = shares.next(); next != null; next = shares.next()) {
      // Its connection or its whole session may have ended meanwhile.
      if (!next.rings().isClosed()) {
        start(next.session(), next.rings(), next.entry());
        next.rings().wakeWaiters();
      }
    }
  }

  /** The session has ended, and nothing that waits is begun for it any more. */
  void forget(ClientSession session) {
    shares.forget(session);
  }

  private @Nullable RsmError findRefusal(@Nullable SegmentState found, RingEntry entry) {
    if (!(found instanceof ImportSegmentState state)) {
      return RsmError.BAD_SEG_HNDL;
    }
    if (state.phase() != ImportSegmentState.Phase.CONNECTED) {
      return RsmError.CONN_ABORTED;
    }
    if ((state.permission() & (entry.kind() == RingEntry.PUT ? WRITE : READ)) == 0) {
      return RsmError.PERM_DENIED;
    }
    return Ranges.contains(entry.offset(), entry.length(), state.export().placement().size())
        ? null
        : RsmError.BAD_OFFSET;
  }

  private boolean isQuick(ExportSegmentState export) {
    return export.files().isSealedMemory()
        && export.session().credentials().uid() == ownUid
        && !export.isWritableByOthers();
  }

  /** Where in the exporter's file a transfer goes. */
  private record Place(RingEntry entry, long position, long fileBytes) {}

  private static Place place(ImportSegmentState state, RingEntry entry) {
    long begin = state.export().placement().fileOffset();
    return new Place(entry, begin + entry.offset(), begin + state.export().placement().size());
  }

  private void startOnWorker(ImportSegmentState state, ClientRings rings, RingEntry entry) {
    Place place = place(state, entry);
    var users = TransferShares.Users.of(state);
    Descriptor file;
    try {
      // One of its own: the export may end, and the number be used anew, before the worker has.
      file = posix.duplicate(state.export().files().readWrite());
    } catch (ErrnoException e) {
      Outcome outcome = Outcome.of(e.errno());
      rings.complete(entry, outcome.code(), outcome.errno());
      leavePlace(users);
      return;
    }
    rings.beginMove();
    int begunOn = state.beginTransfer();
    Site.hit("transfer.begun");
    boolean isTaken =
        ports.transfer(
            () -> moveAndClose(file, place, rings),
            (outcome, failure) -> {
              if (outcome == null) {
                // A task that never ran has not closed it.
                ports.close(file);
              }
              ended(rings, entry, outcome);
              settle(state, begunOn);
              leavePlace(users);
            });
    if (!isTaken) {
      ports.close(file);
      ended(rings, entry, Outcome.of(RsmError.INSUFFICIENT_RESOURCES));
      settle(state, begunOn);
      leavePlace(users);
    }
  }

  private Outcome moveAndClose(Descriptor file, Place place, ClientRings rings) {
    try (file) {
      // A write beyond the end would make a file longer that its owner has made shorter.
      return posix.statx(file).size() < place.fileBytes()
          ? Outcome.of(RsmError.BAD_ADDR)
          : move(file, place, rings);
    } catch (ErrnoException e) {
      return Outcome.of(e.errno());
    }
  }

  private static void ended(ClientRings rings, RingEntry entry, @Nullable Outcome outcome) {
    Site.hit("transfer.ended");
    Outcome known = outcome == null ? Outcome.of(RsmError.INTERNAL_ERROR) : outcome;
    rings.complete(entry, known.code(), known.errno());
    rings.wakeWaiters();
    rings.endMove();
  }

  /** Whoever waits until nothing is on its way to some memory may go on. */
  private void settle(ImportSegmentState state, int begunOn) {
    state.endTransfer(begunOn);
    if (!state.holdsMemory() || state.isGone()) {
      rebinding.answered(state);
    }
    if (state.isLetGo() && !state.isMoving()) {
      revocation.letGo(state);
    }
  }

  private Outcome move(Descriptor file, Place place, ClientRings rings) {
    try {
      return moveAll(file, place, rings);
    } catch (ErrnoException e) {
      return Outcome.of(e.errno());
    }
  }

  private Outcome moveAll(Descriptor file, Place place, ClientRings rings) {
    MemorySegment bytes = rings.bounce(place.entry());
    boolean isPut = place.entry().kind() == RingEntry.PUT;
    long done = 0;
    while (done < bytes.byteSize()) {
      MemorySegment rest = bytes.asSlice(done);
      long moved =
          isPut
              ? posix.pwrite(file, rest, place.position() + done)
              : posix.pread(file, rest, place.position() + done);
      if (moved == 0) {
        // Beyond the end: its owner has made it shorter.
        return Outcome.of(RsmError.BAD_ADDR);
      }
      done += moved;
    }
    return Outcome.DONE;
  }
}
