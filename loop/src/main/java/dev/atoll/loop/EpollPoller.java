/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.PollEvents;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;

/**
 * A poller over epoll(7), woken through an eventfd(2).
 *
 * <p>A wait with a time-out waits on the epoll descriptor by ppoll(2), whose time-out has
 * nanoseconds where epoll_wait(2) has milliseconds.
 */
public final class EpollPoller implements Poller {
  /** The most events that one turn brings; the rest come with the next. */
  private static final int EVENTS_PER_POLL = 256;

  private static final long WAKE_KEY = -1;

  private final Posix posix;
  private final Descriptor epoll;
  private final Descriptor wake;
  private final PollEvents events = new PollEvents(EVENTS_PER_POLL);
  private final PollSet sleep = new PollSet(1);

  /** Held round each use of the eventfd by other threads, so that it is never closed meanwhile. */
  private final Object wakeLock = new Object();

  /**
   * Makes a poller.
   *
   * @param posix the operating system
   * @throws dev.atoll.posix.ErrnoException if the process or the machine is out of descriptors
   */
  public EpollPoller(Posix posix) {
    this.posix = posix;
    this.epoll = posix.epollCreate();
    try {
      this.wake = posix.eventfd(0);
    } catch (Throwable failure) {
      epoll.close();
      throw failure;
    }
    try {
      posix.epollAdd(epoll, wake, WaitCalls.POLLIN, WAKE_KEY);
      sleep.add(epoll, WaitCalls.POLLIN);
    } catch (Throwable failure) {
      close();
      throw failure;
    }
  }

  @Override
  public void add(Descriptor descriptor, int interest, long key) {
    checkKey(key);
    posix.epollAdd(epoll, descriptor, interest, key);
  }

  @Override
  public void modify(Descriptor descriptor, int interest, long key) {
    checkKey(key);
    posix.epollModify(epoll, descriptor, interest, key);
  }

  @Override
  public void remove(Descriptor descriptor) {
    posix.epollRemove(epoll, descriptor);
  }

  @Override
  public int poll(long timeoutNanos, Ready ready) {
    int timeoutMillis = timeoutNanos < 0 ? -1 : 0;
    if (timeoutNanos > 0 && posix.poll(sleep, timeoutNanos) <= 0) {
      // Time is up, or a signal came; the loop looks at its clock and comes back.
      return 0;
    }
    int count = posix.epollWait(epoll, events, timeoutMillis);
    int given = 0;
    for (int i = 0; i < count; i++) {
      long key = events.key(i);
      if (key == WAKE_KEY) {
        posix.eventfdTake(wake);
      } else {
        given++;
        ready.ready(key, events.events(i));
      }
    }
    return given;
  }

  @Override
  public void wake() {
    synchronized (wakeLock) {
      if (wake.isOpen()) {
        // A full counter makes the descriptor readable all the same.
        posix.eventfdAdd(wake, 1);
      }
    }
  }

  @Override
  public void close() {
    synchronized (wakeLock) {
      try {
        wake.close();
      } finally {
        epoll.close();
      }
    }
  }

  private static void checkKey(long key) {
    if (key < 0) {
      throw new IllegalArgumentException("key=" + key + " must not be negative");
    }
  }
}
