/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Deadline;
import dev.atoll.base.Site;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.posix.InterruptibleWait;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final String POST = "rsm_intr_signal_post";

  /** Looks at the slot before it sleeps: a signal that is on its way costs no system call. */
  private static final int SPINS = 1_000;

  private final RsmContext context;
  private final long handle;
  private final SignalSlot slot;
  private final Supplier<@Nullable RsmError> end;
  private final AtomicInteger taken;

  Signals(RsmContext context, long handle, Supplier<@Nullable RsmError> end) {
    this.context = context;
    this.handle = handle;
    this.slot = SignalSlot.of(context.session().signalPages(), handle);
    this.end = end;
    this.taken = new AtomicInteger();
  }

  /**
   * Posts one signal: {@code rsm_intr_signal_post}. On an import it goes to the exporter, on an
   * export to every connected import; none connected is no error. Posting does not wait for the
   * signal to arrive: what the connection's end overtakes is lost.
   *
   * @throws RsmException CONN_ABORTED on an import whose connection has ended, BAD_SEG_HNDL on a
   *     handle that was given back, INTERRUPTED
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public void post() {
    RsmError ended = context.session().isOpen() ? findEnd() : null;
    if (ended != null) {
      throw new RsmException(ended, POST, "", null);
    }
    context.calls().signal(POST, handle, 0);
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
    for (int i = 0; i < SPINS && pending() == 0 && !deadline.isReached(); i++) {
      Thread.onSpinWait();
    }
    InterruptibleWait waiter = context.beginWait();
    try {
      return await(waiter, deadline);
    } finally {
      context.endWait(waiter);
    }
  }

  private SignalOutcome await(InterruptibleWait waiter, Deadline deadline)
      throws InterruptedException {
    while (true) {
      if (!context.session().isOpen()) {
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
    return context.session().isOpen() && isOurs() ? slot.postedAcquire() - taken.get() : 0;
  }

  private boolean tryTake() {
    int seen = taken.get();
    while (isOurs() && slot.postedAcquire() - seen > 0) {
      if (taken.compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = taken.get();
    }
    return false;
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
}
