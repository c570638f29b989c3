/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.AtollException;
import dev.atoll.base.Deadline;
import dev.atoll.base.Site;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.link.TakenWord;
import dev.atoll.posix.InterruptibleWait;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The counter of events that every segment handle has.
 *
 * <p>Signals posted before anybody waits are kept; each wait takes one. An export's signals come
 * from its importers, an import's from its exporter.
 *
 * <p>Ordering: a signal carries no data, but what the poster stored before {@link #post} is seen by
 * whoever took the signal. Thread safety: all methods may be called by any thread, virtual ones
 * included.
 */
public final class Signals {
  private static final System.Logger LOG = System.getLogger(Signals.class.getName());
  private static final String POST = "rsm_intr_signal_post";
  private static final String WATCH = "rsm_memseg_get_pollfd";

  /**
   * Looks at the slot before it sleeps: a signal that is on its way costs no system call. None
   * where the waiter, the device and the other program have not a processor each, as a look would
   * then hold up the very one that it looks for.
   */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 3 ? 1_000 : 0;

  private final RsmContext context;
  private final long handle;
  private final SignalSlot slot;
  private final TakenWord taken;
  private final Supplier<@Nullable RsmError> end;
  private final SignalPoll poll;

  Signals(RsmContext context, long handle, Supplier<@Nullable RsmError> end) {
    this.context = context;
    this.handle = handle;
    this.slot = SignalSlot.of(context.session().signalPages(), handle);
    this.taken = TakenWord.of(context.session().takenPages(), handle);
    this.end = end;
    this.poll = new SignalPoll(context.posix(), new Polled());
    taken.begin();
  }

  /**
   * Posts one signal: {@code rsm_intr_signal_post}. On an import it goes to the exporter, on an
   * export to every connected import; none connected is no error. Posting does not wait for the
   * signal to arrive: what the connection's end overtakes is lost. On an import whose connection
   * has ended nothing happens, as in the original.
   *
   * @throws RsmException BAD_SEG_HNDL on a handle that was given back, INTERRUPTED
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public void post() {
    post(PostMode.ACCUMULATE);
  }

  /**
   * Posts one signal, as {@link #post()}, and says whether it adds to those that are pending.
   *
   * @param mode NO_ACCUMULATE has the device drop it at each handle where one is pending
   * @throws RsmException BAD_SEG_HNDL on a handle that was given back, INTERRUPTED
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public void post(PostMode mode) {
    RsmError ended = context.session().isOpen() ? findEnd() : null;
    if (ended == RsmError.CONN_ABORTED) {
      return;
    }
    if (ended != null) {
      throw new RsmException(ended, POST, "", null);
    }
    context.calls().signal(POST, handle, mode.flags());
    Site.hit("signal.sent");
  }

  /**
   * Waits for a signal and takes it: {@code rsm_intr_signal_wait}.
   *
   * @param timeout how long; zero just looks; negative waits for ever
   * @return how it ended; a signal that is there is taken first, also when the connection has ended
   * @throws InterruptedException if the thread is interrupted; no signal is taken then
   */
  public SignalOutcome await(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(context.clock(), timeout);
    // The carrier of a virtual thread belongs to others too.
    int spins = Thread.currentThread().isVirtual() ? 0 : SPINS;
    for (int i = 0; i < spins && pending() == 0 && !deadline.isReached(); i++) {
      Thread.onSpinWait();
    }
    InterruptibleWait waiter = context.beginWait();
    try {
      return await(waiter, deadline);
    } finally {
      context.endWait(waiter);
      poll.look();
    }
  }

  private SignalOutcome await(InterruptibleWait waiter, Deadline deadline)
      throws InterruptedException {
    while (true) {
      if (context.session().isEnded()) {
        return SignalOutcome.DISCONNECTED;
      }
      int sequence = slot.sequenceAcquire();
      if (tryTake()) {
        return SignalOutcome.RECEIVED;
      }
      if (findEnd() != null) {
        return SignalOutcome.DISCONNECTED;
      }
      if (deadline.isReached()) {
        return SignalOutcome.TIMED_OUT;
      }
      // Timed out, woken or changed: the next turn finds out which.
      if (waiter.awaitChange(slot.futexWord(), sequence, deadline)
          == InterruptibleWait.Outcome.INTERRUPTED) {
        Thread.interrupted();
        throw new InterruptedException("while waiting for a signal");
      }
    }
  }

  /**
   * Tells how many signals wait to be taken.
   *
   * @return the count, zero once the session has ended
   */
  public int pending() {
    try {
      return !context.session().isEnded() && isOurs()
          ? slot.postedAcquire() - taken.takenAcquire()
          : 0;
    } catch (IllegalStateException e) {
      checkSessionIsOver(e);
      return 0;
    }
  }

  /**
   * Makes the signals pollable: {@code rsm_memseg_get_pollfd}. Legal in every state of the segment;
   * each call adds one reference.
   *
   * @return the reference, owned by the caller
   * @throws RsmException BAD_SEG_HNDL on a handle that was given back
   * @throws dev.atoll.posix.ErrnoException if the process is out of descriptors
   */
  public PollDescriptor pollDescriptor() {
    if (context.session().isOpen() && findEnd() == RsmError.BAD_SEG_HNDL) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, WATCH, "it was given back", null);
    }
    poll.acquire(() -> context.polls().put(handle, poll));
    return new PollDescriptor(this, poll);
  }

  /** Begins to give the handle back, which references forbid. */
  void retire(String operation) {
    if (!poll.tryRetire()) {
      throw new RsmException(RsmError.POLLFD_IN_USE, operation, "", null);
    }
  }

  /** The handle could not be given back after all. */
  void unretire() {
    poll.unretire();
  }

  /** The handle is given back; references end with it. */
  void retireForGood() {
    poll.retireForGood();
    context.polls().remove(handle, poll);
  }

  /** The connection, or the session, has ended. */
  void showEnd() {
    poll.showIfReferenced();
  }

  /** Takes a signal if one is there. */
  boolean tryTake() {
    try {
      return takeOne();
    } catch (IllegalStateException e) {
      checkSessionIsOver(e);
      return false;
    }
  }

  private boolean takeOne() {
    int seen = taken.takenAcquire();
    while (context.session().isOpen() && isOurs() && slot.postedAcquire() - seen > 0) {
      if (taken.takeCas(seen)) {
        return true;
      }
      int now = taken.takenAcquire();
      if (now == seen) {
        // The word is about another handle by now, so nothing is left to take for this one; or the
        // next device has it in a moment, which wakes all who wait.
        return false;
      }
      seen = now;
    }
    return false;
  }

  /** Whether no signal is left and none will come. */
  boolean hasEnded() {
    try {
      return context.session().isEnded() || (findEnd() != null && pending() <= 0);
    } catch (IllegalStateException e) {
      checkSessionIsOver(e);
      return true;
    }
  }

  /** Why nothing more will come; null while something may. */
  private @Nullable RsmError findEnd() {
    RsmError known = end.get();
    if (known != null) {
      return known;
    }
    int state = slot.stateOpaque();
    if (state == SignalSlotLayout.DISCONNECTED) {
      return RsmError.CONN_ABORTED;
    }
    return state == SignalSlotLayout.LIVE && isOurs() ? null : RsmError.BAD_SEG_HNDL;
  }

  /** A slot finds another use once its handle is given back. */
  private boolean isOurs() {
    return slot.generationOpaque() == (int) (handle >>> 32);
  }

  /** The pages go with the session, perhaps between two looks. */
  private void checkSessionIsOver(IllegalStateException e) {
    if (!context.session().isEnded()) {
      throw e;
    }
  }

  private final class Polled implements SignalPoll.Source {
    @Override
    public boolean isReady() {
      return pending() > 0 || hasEnded();
    }

    @Override
    public boolean tryWatch() {
      try {
        context.calls().tell(WATCH, new Request.SignalWatch(handle));
        return true;
      } catch (AtollException e) {
        // Not for whoever has just taken a signal to suffer; an interrupt is still set.
        LOG.log(System.Logger.Level.DEBUG, "event=watch-failed", e);
        return false;
      } catch (IllegalStateException e) {
        checkSessionIsOver(e);
        return false;
      }
    }
  }
}
