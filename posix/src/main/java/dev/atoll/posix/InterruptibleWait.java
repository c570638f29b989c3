/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.atoll.base.Deadline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A waiter that sleeps in the kernel until a shared word changes or a descriptor has events, and
 * that {@link Thread#interrupt}, {@link #wake} and a deadline can end.
 *
 * <p>One thread waits at a time; any thread may wake. A wake is remembered: it ends the wait under
 * way, or else the next one, at once. The wait holds no arena: the owner of the word's memory wakes
 * the waiter first and then gives the memory back, and the waiter does not look at it again.
 *
 * <p>A virtual thread that waits parks, while a platform thread waits for it.
 */
public final class InterruptibleWait implements AutoCloseable {
  /** How a wait ended. */
  public enum Outcome {
    /** The word has changed, or a descriptor has events. */
    READY,
    /** The deadline was reached. */
    TIMED_OUT,
    /** The thread was interrupted; its interrupt status is still set. */
    INTERRUPTED,
    /** {@link InterruptibleWait#wake} was called, or close. */
    WOKEN
  }

  /** How long a wait sleeps at once on a kernel that can't wait for two words. */
  static final long SLICE_NANOS = 10_000_000;

  /** How long a virtual thread parks between looks when all platform waiters are taken. */
  private static final long LOOK_NANOS = 1_000_000;

  private static final int IDLE = 0;
  private static final int ON_WORD = 1;
  private static final int ON_EVENTS = 2;
  private static final int CLOSED = 3;

  private static final VarHandle STATE;
  private static final VarHandle TOKEN = JAVA_INT.varHandle();

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(InterruptibleWait.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Posix posix;
  private final InterruptBracket bracket = new InterruptBracket(this::nudge);

  /** A private word; bumped to end a wait on it and another word. */
  private final MemorySegment token = Arena.ofAuto().allocate(JAVA_INT);

  /** Guards the eventfd against being closed, and its number used anew, while it is written. */
  private final Object eventLock = new Object();

  private @Nullable Descriptor event;

  @SuppressWarnings("UnusedVariable") // through STATE
  private volatile int state = IDLE;

  private volatile boolean isWakeWanted;
  private volatile boolean isHalted;
  private volatile boolean isClosing;
  private volatile @Nullable Thread looking;
  private boolean isEitherMissing;

  /**
   * Makes a waiter.
   *
   * @param posix what makes the calls
   */
  public InterruptibleWait(Posix posix) {
    this.posix = posix;
  }

  /**
   * Waits until a word of shared memory has another value than expected. Whoever changes it calls
   * {@link WaitCalls#futexWake} afterwards.
   *
   * @param word four aligned bytes of native memory, which may be mapped read-only
   * @param expected the value that makes it wait
   * @param deadline when to give up
   * @return how it ended; after {@code READY} read the word with acquire order
   * @throws IllegalStateException if another thread waits, or this is closed
   */
  public Outcome awaitChange(MemorySegment word, int expected, Deadline deadline) {
    // From here on a segment that no arena ends: the kernel looks at the word, Java does not.
    MemorySegment raw =
        NativeMemory.view(NativeMemory.address(word, Integer.BYTES, "word"), Integer.BYTES);
    return await(ON_WORD, deadline, limit -> untilChange(raw, expected, limit));
  }

  /**
   * Waits until a descriptor of a set has events.
   *
   * @param set what to wait for; receives what happened
   * @param deadline when to give up
   * @return how it ended
   * @throws IllegalStateException if another thread waits, or this is closed
   */
  public Outcome awaitEvents(PollSet set, Deadline deadline) {
    return await(ON_EVENTS, deadline, limit -> untilEvents(set, limit));
  }

  /** Ends the wait under way, or the next one, with {@code WOKEN}. */
  public void wake() {
    isWakeWanted = true;
    nudge();
  }

  /** Wakes the waiter and refuses later waits; a second call does nothing. */
  @Override
  public void close() {
    isClosing = true;
    nudge();
    closeIfIdle();
  }

  /** Tells whether a thread waits or is about to. */
  boolean isWaiting() {
    int current = (int) STATE.getVolatile(this);
    return current == ON_WORD || current == ON_EVENTS;
  }

  private Outcome await(int form, Deadline deadline, Function<Deadline, Outcome> wait) {
    if (!STATE.compareAndSet(this, IDLE, form)) {
      throw new IllegalStateException(
          isClosing ? "the waiter is closed" : "another thread waits already");
    }
    try {
      if (form == ON_EVENTS) {
        openEvent();
      }
      return Thread.currentThread().isVirtual()
          ? awaitVirtually(deadline, wait)
          : awaitHere(deadline, wait);
    } finally {
      isHalted = false;
      STATE.setVolatile(this, IDLE);
      if (isClosing) {
        closeIfIdle();
      }
    }
  }

  private Outcome awaitHere(Deadline deadline, Function<Deadline, Outcome> wait) {
    bracket.enter();
    try {
      return wait.apply(deadline);
    } finally {
      bracket.leave();
    }
  }

  private Outcome awaitVirtually(Deadline deadline, Function<Deadline, Outcome> wait) {
    if (Thread.currentThread().isInterrupted()) {
      return Outcome.INTERRUPTED;
    }
    if (deadline.isReached()) {
      return wait.apply(deadline);
    }
    var task = new FutureTask<Outcome>(() -> wait.apply(deadline));
    return PlatformWaiters.tryStart(task) ? join(task) : look(deadline, wait);
  }

  /**
   * Waits for the platform thread, which an interrupt makes return; the memory is in use so long.
   */
  private Outcome join(FutureTask<Outcome> task) {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          isInterrupted = true;
          isHalted = true;
          nudge();
        } catch (ExecutionException e) {
          throw Libc.unexpected("wait", e.getCause() == null ? e : e.getCause());
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Outcome look(Deadline deadline, Function<Deadline, Outcome> wait) {
    var now = new Deadline(deadline.clock(), deadline.clock().nanos(), false);
    looking = Thread.currentThread();
    try {
      while (true) {
        Outcome outcome = wait.apply(now);
        if (outcome != Outcome.TIMED_OUT || deadline.isReached()) {
          return outcome;
        }
        LockSupport.parkNanos(this, Math.min(LOOK_NANOS, deadline.remainingNanos()));
      }
    } finally {
      looking = null;
    }
  }

  private Outcome untilChange(MemorySegment word, int expected, Deadline deadline) {
    while (true) {
      // The token first, the reasons to stop second: who adds a reason bumps the token afterwards.
      int seen = (int) TOKEN.getVolatile(token, 0L);
      Outcome ended = ended();
      if (ended != null) {
        return ended;
      }
      int result;
      try {
        result = waitOnce(word, expected, seen, nanos(deadline));
      } catch (ErrnoException e) {
        // The owner woke us and took the memory away before the kernel looked.
        Outcome meanwhile = ended();
        if (e.errno() == Errno.EFAULT && meanwhile != null) {
          return meanwhile;
        }
        throw e;
      }
      boolean isTokenSame = seen == (int) TOKEN.getVolatile(token, 0L);
      if (result == -Errno.EAGAIN.number() && isTokenSame) {
        return Outcome.READY;
      }
      if (result == -Errno.ETIMEDOUT.number() && isTokenSame && deadline.isReached()) {
        return Outcome.TIMED_OUT;
      }
    }
  }

  private int waitOnce(MemorySegment word, int expected, int seen, long nanos) {
    if (!isEitherMissing) {
      int result = posix.futexWaitEither(word, expected, token, seen, nanos);
      if (!isEitherMissing(result)) {
        return result;
      }
      isEitherMissing = true;
    }
    long slice = nanos < 0 ? SLICE_NANOS : Math.min(nanos, SLICE_NANOS);
    return posix.futexWait(word, expected, slice);
  }

  /**
   * Tells whether a wait for two words was refused because there is no such call. The filters of
   * older container runtimes answer EPERM for calls they do not know; futex_waitv(2) itself never
   * gives it.
   */
  static boolean isEitherMissing(int result) {
    return result == -Errno.ENOSYS.number() || result == -Errno.EPERM.number();
  }

  private Outcome untilEvents(PollSet set, Deadline deadline) {
    Descriptor own = openEvent();
    while (true) {
      Outcome ended = ended();
      if (ended != null) {
        return ended;
      }
      int count = set.pollWith(own, posix, nanos(deadline));
      if (set.hasOwnHappened()) {
        // The reason is looked at in the next turn; taking the count first loses none.
        posix.eventfdTake(own);
      }
      if (count > 0) {
        return Outcome.READY;
      }
      if (count == 0 && !set.hasOwnHappened() && deadline.isReached()) {
        return Outcome.TIMED_OUT;
      }
    }
  }

  private @Nullable Outcome ended() {
    if (isHalted || Thread.currentThread().isInterrupted()) {
      return Outcome.INTERRUPTED;
    }
    if (isWakeWanted) {
      isWakeWanted = false;
      return Outcome.WOKEN;
    }
    return isClosing ? Outcome.WOKEN : null;
  }

  private static long nanos(Deadline deadline) {
    return deadline.isForever() ? WaitCalls.FOREVER : deadline.remainingNanos();
  }

  /** Makes a wait under way look for reasons to stop; called after a reason was given. */
  private void nudge() {
    int current = (int) STATE.getVolatile(this);
    if (current == ON_WORD) {
      TOKEN.getAndAdd(token, 0L, 1);
      posix.futexWake(token, 1);
    } else if (current == ON_EVENTS) {
      synchronized (eventLock) {
        if (event != null) {
          // Full means readable, which is all that is wanted.
          posix.eventfdAdd(event, 1);
        }
      }
    }
    LockSupport.unpark(looking);
  }

  private Descriptor openEvent() {
    synchronized (eventLock) {
      if (event == null) {
        event = posix.eventfd(0);
      }
      return event;
    }
  }

  private void closeIfIdle() {
    if (STATE.compareAndSet(this, IDLE, CLOSED)) {
      synchronized (eventLock) {
        if (event != null) {
          event.close();
          event = null;
        }
      }
    }
  }
}
