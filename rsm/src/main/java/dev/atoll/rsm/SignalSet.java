/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Deadline;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.InterruptibleWait;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits for many at once, signals and ordinary descriptors alike: {@code
 * rsm_intr_signal_wait_pollfd}.
 *
 * <p>A wait takes exactly one signal of each handle that has any, and none of the others. What was
 * added as an ordinary descriptor is only told about, the descriptor of a {@link PollDescriptor}
 * included. Channels of {@code java.nio} have no descriptor to give: register them, and {@link
 * PollDescriptor#channel}, with a {@link java.nio.channels.Selector} instead.
 *
 * <p>Signals of several sessions may be in one set. Thread safety: one thread uses the set at a
 * time, which may be a virtual one; any thread may close it, which ends a wait under way.
 */
public final class SignalSet implements AutoCloseable {
  /** A signal was taken: {@code POLLRDNORM}. */
  public static final int SIGNALLED = 0x40;

  /** No signal is left and none will come: {@code POLLHUP}. */
  public static final int ENDED = 0x10;

  /** The descriptor was closed before the wait: {@code POLLNVAL}. */
  public static final int CLOSED = 0x20;

  private static final int READABLE = 1;
  private static final int NOT_POLLED = -1;

  private final RsmContext context;
  private final int capacity;
  private final PollSet polled;
  private final InterruptibleWait waiter;
  private final List<Member> members = new ArrayList<>();
  private volatile boolean isClosed;

  SignalSet(RsmContext context, int capacity) {
    this.context = context;
    this.capacity = capacity;
    this.polled = new PollSet(capacity);
    this.waiter = new InterruptibleWait(context.posix());
  }

  /** One of the set, and what the last wait brought for it. */
  private static final class Member {
    private final @Nullable PollDescriptor signals;
    private final @Nullable Descriptor ordinary;
    private final int events;
    private int index = NOT_POLLED;
    private boolean isHeld;
    private int happened;

    private Member(@Nullable PollDescriptor signals, @Nullable Descriptor ordinary, int events) {
      this.signals = signals;
      this.ordinary = ordinary;
      this.events = events;
    }
  }

  /**
   * Adds the signals of a handle.
   *
   * @param descriptor of the signals; stays the caller's
   * @return its index in this set
   * @throws IllegalStateException if the set is full
   */
  public int add(PollDescriptor descriptor) {
    return add(new Member(Objects.requireNonNull(descriptor, "descriptor"), null, READABLE));
  }

  /**
   * Adds an ordinary descriptor.
   *
   * @param descriptor what to watch; stays the caller's, who keeps it open while somebody waits
   * @param events {@code POLL} flags of {@link dev.atoll.posix.WaitCalls}
   * @return its index in this set
   * @throws IllegalStateException if the set is full
   */
  public int add(Descriptor descriptor, int events) {
    return add(new Member(null, Objects.requireNonNull(descriptor, "descriptor"), events));
  }

  private int add(Member member) {
    if (members.size() == capacity) {
      throw new IllegalStateException("set is full, capacity=" + capacity);
    }
    members.add(member);
    return members.size() - 1;
  }

  /** Empties the set. */
  public void clear() {
    members.clear();
  }

  /**
   * Tells how many are in it.
   *
   * @return the count
   */
  public int count() {
    return members.size();
  }

  /**
   * Tells what the last wait brought.
   *
   * @param index as {@link #add(PollDescriptor)} gave it
   * @return for signals {@link #SIGNALLED} if one was taken, {@link #ENDED}, {@link #CLOSED} or
   *     zero; for an ordinary descriptor its {@code POLL} flags
   */
  public int happened(int index) {
    return members.get(index).happened;
  }

  /**
   * Waits until something has happened: {@code rsm_intr_signal_wait_pollfd}. A signal that another
   * thread takes first is as if it had not come; the wait goes on.
   *
   * @param timeout how long; zero just looks; negative waits for ever
   * @return how many of the set have something to tell, see {@link #happened}; zero when the time
   *     is up, which is RSMERR_TIMEOUT in C
   * @throws InterruptedException if the thread is interrupted; no signal is taken then
   * @throws IllegalStateException if the set is closed, or another thread waits
   */
  public int await(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(context.clock(), timeout);
    try {
      begin();
      while (true) {
        int found = lookAtSignals();
        if (found > 0) {
          return found + lookAtOrdinary();
        }
        InterruptibleWait.Outcome outcome = waiter.awaitEvents(polled, deadline);
        if (outcome == InterruptibleWait.Outcome.INTERRUPTED) {
          Thread.interrupted();
          throw new InterruptedException("while waiting for signals and descriptors");
        }
        if (isClosed) {
          throw new IllegalStateException("the set is closed");
        }
        if (outcome == InterruptibleWait.Outcome.TIMED_OUT) {
          return lookAtSignals();
        }
        int ordinary = outcome == InterruptibleWait.Outcome.READY ? readOrdinary() : 0;
        if (ordinary > 0) {
          return ordinary + lookAtSignals();
        }
      }
    } finally {
      end();
    }
  }

  /** Holds every descriptor open until the wait is over, and lists what the kernel is to watch. */
  private void begin() {
    if (isClosed) {
      throw new IllegalStateException("the set is closed");
    }
    polled.clear();
    for (Member member : members) {
      member.happened = 0;
      member.index = NOT_POLLED;
      Descriptor watched = member.ordinary;
      if (member.signals != null) {
        watched = member.signals.isOpen() ? member.signals.poll().beginWait() : null;
        member.isHeld = watched != null;
      }
      if (watched != null && watched.isOpen()) {
        member.index = polled.add(watched, member.events);
      }
    }
  }

  /** Lets go of all, also where one can not be closed cleanly. */
  private void end() {
    RuntimeException failure = null;
    for (Member member : members) {
      if (member.isHeld && member.signals != null) {
        member.isHeld = false;
        try {
          member.signals.poll().endWait();
        } catch (RuntimeException e) {
          if (failure == null) {
            failure = e;
          } else {
            failure.addSuppressed(e);
          }
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Takes a signal of each that has one. */
  private int lookAtSignals() {
    int found = 0;
    for (Member member : members) {
      if (member.signals != null) {
        member.happened = lookAt(member.signals);
      } else if (member.index == NOT_POLLED) {
        member.happened = CLOSED;
      }
      boolean isOurs = member.signals != null || member.index == NOT_POLLED;
      found += isOurs && member.happened != 0 ? 1 : 0;
    }
    return found;
  }

  private static int lookAt(PollDescriptor descriptor) {
    if (!descriptor.isOpen()) {
      return CLOSED;
    }
    Signals signals = descriptor.signals();
    int happened = 0;
    if (signals.tryTake()) {
      happened = SIGNALLED;
    } else if (signals.hasEnded()) {
      happened = ENDED;
    }
    descriptor.poll().look();
    return happened;
  }

  private int lookAtOrdinary() {
    Posix posix = context.posix();
    return posix.poll(polled, 0) > 0 ? readOrdinary() : 0;
  }

  private int readOrdinary() {
    int found = 0;
    for (Member member : members) {
      if (member.ordinary != null && member.index != NOT_POLLED) {
        member.happened = polled.happened(member.index);
        found += member.happened != 0 ? 1 : 0;
      }
    }
    return found;
  }

  /** Ends a wait under way and refuses later ones; what was added stays open. Idempotent. */
  @Override
  public void close() {
    isClosed = true;
    waiter.close();
  }
}
