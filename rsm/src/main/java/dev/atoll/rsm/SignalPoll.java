/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Makes the signals of one handle visible as a descriptor and a channel of this process.
 *
 * <p>While anybody polls, one of two things holds: the descriptor is readable, or the device has
 * been asked to tell of the next signal and its word, once here, makes it readable. The device has
 * nothing of this process to write to. A descriptor may be readable although nothing is there, once
 * for each signal that somebody else has taken; it is never left unreadable with a signal pending.
 *
 * <p>Thread safety: all methods may be called by any thread. The lock is held for calls that do not
 * wait, and never while the device is told something, as the service thread needs it.
 */
final class SignalPoll {
  /** What it shows. */
  interface Source {
    /** Whether a look at it would bring something: a signal, or the news that none will come. */
    boolean isReady();

    /**
     * Asks the device for word of the next signal; false if that was not possible, because the
     * thread is interrupted or the session has ended.
     */
    boolean tryWatch();
  }

  private static final String GET_POLLFD = "rsm_memseg_get_pollfd";

  private final Posix posix;
  private final Source source;

  /** Whether the device owes us word. */
  private final AtomicBoolean isArmed = new AtomicBoolean();

  private final Object lock = new Object();
  private final ByteBuffer drained = ByteBuffer.allocate(64);
  private final ByteBuffer mark = ByteBuffer.allocate(1);
  private volatile int references;
  private int waits;
  private boolean isRetired;
  private @Nullable Descriptor event;
  private @Nullable Pipe pipe;

  SignalPoll(Posix posix, Source source) {
    this.posix = posix;
    this.source = source;
  }

  boolean isReferenced() {
    return references > 0;
  }

  /**
   * Adds a reference.
   *
   * @param listing has the service thread find this, before the device can have word for it; not
   *     run if there is no reference to be had
   */
  void acquire(Runnable listing) {
    synchronized (lock) {
      if (isRetired) {
        throw new RsmException(RsmError.BAD_SEG_HNDL, GET_POLLFD, "it was given back", null);
      }
      openEvent();
      listing.run();
      addReferences(1);
    }
    look();
  }

  /** Takes a reference away; none is left once the handle was given back. */
  void release() {
    synchronized (lock) {
      if (references > 0) {
        addReferences(-1);
      }
      // Whoever waits on it is to see that it has gone.
      show();
      closeIfUnused();
    }
  }

  /** Begins to give the handle back; false while references are outstanding. */
  boolean tryRetire() {
    synchronized (lock) {
      if (references > 0) {
        return false;
      }
      isRetired = true;
      return true;
    }
  }

  /** The handle could not be given back. */
  void unretire() {
    synchronized (lock) {
      isRetired = false;
    }
  }

  /** The handle is given back, whoever still has references. */
  void retireForGood() {
    synchronized (lock) {
      isRetired = true;
      addReferences(-references);
      show();
      closeIfUnused();
    }
  }

  /** Keeps the descriptor open for a wait; null if there are no references. */
  @Nullable Descriptor beginWait() {
    synchronized (lock) {
      if (references == 0) {
        return null;
      }
      waits++;
      return event;
    }
  }

  void endWait() {
    synchronized (lock) {
      waits--;
      closeIfUnused();
    }
  }

  Descriptor descriptor() {
    synchronized (lock) {
      checkReferenced();
      return openEvent();
    }
  }

  Pipe.SourceChannel channel() {
    Pipe.SourceChannel channel;
    synchronized (lock) {
      checkReferenced();
      channel = openPipe().source();
    }
    look();
    return channel;
  }

  /** The device's word has come; on the service thread. */
  void fired() {
    // In this order: whoever hides between the two finds that he must arm anew.
    isArmed.set(false);
    showIfReferenced();
  }

  /** Something other than a signal has changed. */
  void showIfReferenced() {
    if (isReferenced()) {
      synchronized (lock) {
        show();
      }
    }
  }

  /** Shows what is there now; called by whoever has taken a signal or has found none. */
  void look() {
    if (!isReferenced()) {
      return;
    }
    if (source.isReady()) {
      synchronized (lock) {
        drainPipe();
        show();
      }
      return;
    }
    synchronized (lock) {
      hide();
    }
    if (isArmed.compareAndSet(false, true) && !source.tryWatch()) {
      // Left readable: whoever looks next arms.
      fired();
    }
  }

  private void addReferences(int change) {
    // Written under the lock only; read without it by those who take signals.
    int next = references + change;
    references = next;
  }

  private void checkReferenced() {
    if (references == 0) {
      throw new IllegalStateException("the poll descriptor is closed");
    }
  }

  private Descriptor openEvent() {
    if (event == null) {
      event = posix.eventfd(0);
    }
    return event;
  }

  private Pipe openPipe() {
    Pipe current = pipe;
    if (current == null) {
      try {
        current = Pipe.open();
        current.source().configureBlocking(false);
        current.sink().configureBlocking(false);
      } catch (IOException e) {
        throw new UncheckedIOException("opening a channel for signals", e);
      }
      pipe = current;
    }
    return current;
  }

  private void show() {
    if (event != null) {
      posix.eventfdAdd(event, 1);
    }
    Pipe current = pipe;
    if (current != null) {
      try {
        // A pipe that is full is readable all the same.
        int _ = current.sink().write(mark.clear());
      } catch (IOException e) {
        // The program has closed the channel, and so wants no more of it.
        closePipe(current);
      }
    }
  }

  private void hide() {
    if (event != null) {
      posix.eventfdTake(event);
    }
    drainPipe();
  }

  private void drainPipe() {
    Pipe current = pipe;
    if (current == null || current.source().isBlocking()) {
      return;
    }
    try {
      int count = drained.capacity();
      while (count == drained.capacity()) {
        count = current.source().read(drained.clear());
      }
    } catch (IOException e) {
      closePipe(current);
    }
  }

  private void closeIfUnused() {
    if (references > 0 || waits > 0) {
      return;
    }
    Descriptor unused = event;
    event = null;
    try {
      if (unused != null) {
        unused.close();
      }
    } finally {
      if (pipe != null) {
        closePipe(pipe);
      }
    }
  }

  private void closePipe(Pipe current) {
    pipe = null;
    try {
      try {
        current.sink().close();
      } finally {
        current.source().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("closing a channel for signals", e);
    }
  }
}
