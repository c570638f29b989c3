/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.posix.Descriptor;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One reference to the pollable side of a handle's signals: what {@code rsm_memseg_get_pollfd}
 * gives.
 *
 * <p>While a reference is open, {@link ExportSegment#destroy} and {@link ImportSegment#disconnect}
 * refuse with POLLFD_IN_USE; unpublish and unmap do not. Closing the segment closes all of them.
 *
 * <p>Readable means <em>look</em>: a signal is there, or was until somebody else took it, or the
 * connection has ended. It stays readable until a look finds nothing, by {@link Signals#await} with
 * a time of zero or by a {@link SignalSet}; then the device is asked to tell of the next signal.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class PollDescriptor implements AutoCloseable {
  private final Signals signals;
  private final SignalPoll poll;
  private final AtomicBoolean isReleased = new AtomicBoolean();

  PollDescriptor(Signals signals, SignalPoll poll) {
    this.signals = signals;
    this.poll = poll;
  }

  /**
   * Tells whose signals it shows.
   *
   * @return the counter
   */
  public Signals signals() {
    return signals;
  }

  /**
   * Gives the descriptor for poll(2) and epoll(7) beside others, with {@code POLLIN}. Waiting on it
   * so takes no signal. It is an eventfd(2) of this process, which nobody but Atoll may read, write
   * or close.
   *
   * @return the descriptor, open until the last reference is closed
   * @throws IllegalStateException once this is closed
   */
  public Descriptor descriptor() {
    checkOpen();
    return poll.descriptor();
  }

  /**
   * Gives a channel for any {@link java.nio.channels.Selector}, to be registered for {@code
   * OP_READ}; it is non-blocking and must stay so. When it is selected, call {@link Signals#await}
   * with a time of zero until it gives no signal; its bytes mean nothing and need not be read. All
   * references to a handle give the same channel.
   *
   * @return the channel, open until the last reference is closed
   * @throws IllegalStateException once this is closed
   * @throws java.io.UncheckedIOException if the process is out of descriptors
   */
  public SelectableChannel channel() {
    checkOpen();
    return poll.channel();
  }

  /**
   * Tells whether the reference counts.
   *
   * @return false once it, or its segment, is closed
   */
  public boolean isOpen() {
    return !isReleased.get() && poll.isReferenced();
  }

  SignalPoll poll() {
    return poll;
  }

  private void checkOpen() {
    if (isReleased.get()) {
      throw new IllegalStateException("the poll descriptor is closed");
    }
  }

  /** Takes the reference away: {@code rsm_memseg_release_pollfd}. Idempotent. */
  @Override
  public void close() {
    if (isReleased.compareAndSet(false, true)) {
      poll.release();
    }
  }
}
