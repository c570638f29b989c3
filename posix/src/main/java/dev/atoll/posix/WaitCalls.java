/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Errno.*;

import dev.atoll.base.CheckReturnValue;
import java.lang.foreign.MemorySegment;

/**
 * Calls that wait and wake, as {@link Posix} gives them.
 *
 * <p>The calls here block the platform thread they run on and do not see {@link
 * Thread#interrupt()}; {@link InterruptibleWait} makes waits that do. No virtual thread may enter
 * one with a time-out other than zero.
 */
public interface WaitCalls {
  /** There is something to read, or the other end has closed. */
  int POLLIN = 1;

  /** There is room to write. */
  int POLLOUT = 4;

  /** An error is pending; always reported. */
  int POLLERR = 8;

  /** The other end has hung up; always reported. */
  int POLLHUP = 16;

  /** Wait for ever. */
  long FOREVER = -1;

  /**
   * Makes a poller: epoll_create1(2).
   *
   * @return its descriptor, owned by the caller
   */
  @Errnos({EMFILE, ENFILE, ENOMEM})
  Descriptor epollCreate();

  /**
   * Watches a descriptor, level-triggered: epoll_ctl(2) {@code EPOLL_CTL_ADD}.
   *
   * @param poller from {@link #epollCreate}
   * @param descriptor what to watch
   * @param events {@code POLL} flags
   * @param key what {@link PollEvents#key} will give back
   */
  @Errnos({EEXIST, ENOENT, ENOMEM, ENOSPC, EPERM})
  void epollAdd(Descriptor poller, Descriptor descriptor, int events, long key);

  /**
   * Changes what is watched: epoll_ctl(2) {@code EPOLL_CTL_MOD}.
   *
   * @param poller from {@link #epollCreate}
   * @param descriptor what is watched
   * @param events {@code POLL} flags
   * @param key what {@link PollEvents#key} will give back
   */
  @Errnos({ENOENT, ENOMEM})
  void epollModify(Descriptor poller, Descriptor descriptor, int events, long key);

  /**
   * Stops watching: epoll_ctl(2) {@code EPOLL_CTL_DEL}.
   *
   * @param poller from {@link #epollCreate}
   * @param descriptor what was watched
   */
  @Errnos({ENOENT, ENOMEM})
  void epollRemove(Descriptor poller, Descriptor descriptor);

  /**
   * Waits for events: epoll_wait(2). A signal ends the wait early with zero events.
   *
   * @param poller from {@link #epollCreate}
   * @param events receives them
   * @param timeoutMillis how long; zero just looks; negative waits for ever
   * @return how many events there are
   */
  @CheckReturnValue
  @Errnos({EBADF, EINVAL})
  int epollWait(Descriptor poller, PollEvents events, int timeoutMillis);

  /**
   * Makes a counter that can be waited on: eventfd(2), non-blocking.
   *
   * @param initial its first value
   * @return its descriptor, owned by the caller
   */
  @Errnos({EMFILE, ENFILE, ENODEV, ENOMEM})
  Descriptor eventfd(int initial);

  /**
   * Adds to an eventfd, which makes it readable: write(2).
   *
   * @param descriptor from {@link #eventfd}
   * @param increment how much, positive
   * @return false if the counter is full, which makes it readable all the same
   */
  @Errnos({EBADF})
  boolean eventfdAdd(Descriptor descriptor, long increment);

  /**
   * Takes an eventfd's count: read(2).
   *
   * @param descriptor from {@link #eventfd}
   * @return the count, which is zero from then on; zero if nothing was added
   */
  @Errnos({EBADF})
  long eventfdTake(Descriptor descriptor);

  /**
   * Waits for one of several descriptors: poll(2). Never repeated on a signal.
   *
   * @param set what to wait for; receives what happened
   * @param timeoutNanos how long; zero just looks; {@link #FOREVER} waits for ever
   * @return how many have events, zero when the time is up, or {@code -EINTR}
   */
  @CheckReturnValue
  @Errnos(
      value = {ENOMEM, EINVAL},
      returned = EINTR)
  int poll(PollSet set, long timeoutNanos);

  /**
   * Waits while a word keeps a value: futex(2) {@code FUTEX_WAIT} on memory that processes share.
   * The word may be mapped read-only.
   *
   * @param word four aligned bytes of native memory
   * @param expected the value that makes it wait
   * @param timeoutNanos how long; {@link #FOREVER} waits for ever
   * @return zero when woken (perhaps for nothing), {@code -EAGAIN} if the value was another, {@code
   *     -ETIMEDOUT} or {@code -EINTR}
   */
  @CheckReturnValue
  @Errnos(
      value = {EFAULT, EINVAL},
      returned = {EAGAIN, EINTR, ETIMEDOUT})
  int futexWait(MemorySegment word, int expected, long timeoutNanos);

  /**
   * Waits while two words keep their values: futex_waitv(2), kernel 5.16 or newer.
   *
   * @param first four aligned bytes of native memory
   * @param firstExpected the value of the first that makes it wait
   * @param second four aligned bytes of native memory
   * @param secondExpected the value of the second that makes it wait
   * @param timeoutNanos how long; {@link #FOREVER} waits for ever
   * @return zero when woken (perhaps for nothing), {@code -EAGAIN} if a value was another, {@code
   *     -ETIMEDOUT}, {@code -EINTR}, {@code -ENOSYS} on an older kernel, or {@code -EPERM} where a
   *     filter (seccomp(2)) refuses a call that is newer than itself
   */
  @CheckReturnValue
  @Errnos(
      value = {EFAULT, EINVAL},
      returned = {EAGAIN, EINTR, ENOSYS, EPERM, ETIMEDOUT})
  int futexWaitEither(
      MemorySegment first,
      int firstExpected,
      MemorySegment second,
      int secondExpected,
      long timeoutNanos);

  /**
   * Wakes waiters on a word: futex(2) {@code FUTEX_WAKE}.
   *
   * @param word four aligned bytes of native memory
   * @param count the most waiters to wake
   * @return how many were woken
   */
  @Errnos({EFAULT, EINVAL})
  int futexWake(MemorySegment word, int count);
}
