/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.posix.Descriptor;

/**
 * A descriptor that an {@link EventLoop} watches.
 *
 * <p>Cancel it before closing the descriptor. Thread safety: only on the loop's thread.
 */
public final class Registration {
  private final EventLoop loop;
  private final Descriptor descriptor;
  private final Handler handler;
  private final long key;
  private boolean isActive = true;

  Registration(EventLoop loop, Descriptor descriptor, Handler handler, long key) {
    this.loop = loop;
    this.descriptor = descriptor;
    this.handler = handler;
    this.key = key;
  }

  /** Receives events. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Is called on the loop's thread, again and again as long as the events last.
     *
     * @param events {@code POLL} flags of {@link dev.atoll.posix.WaitCalls}
     */
    void ready(int events);
  }

  /**
   * Changes what is watched.
   *
   * @param events {@code POLL} flags
   * @throws IllegalStateException if cancelled, or not on the loop's thread
   */
  public void modify(int events) {
    loop.requireLoopThread();
    if (!isActive) {
      throw new IllegalStateException("registration is cancelled: " + descriptor);
    }
    loop.poller().modify(descriptor, events, key);
  }

  /**
   * Stops watching; the handler is not called any more, not even for events that have been fetched
   * already. A second call does nothing.
   *
   * @throws IllegalStateException if not on the loop's thread, or the descriptor is closed already
   */
  public void cancel() {
    loop.requireLoopThread();
    if (isActive) {
      isActive = false;
      loop.registrations().remove(key);
      loop.poller().remove(descriptor);
    }
  }

  /**
   * Tells whether the descriptor is still watched.
   *
   * @return false once cancelled
   */
  public boolean isActive() {
    return isActive;
  }

  Handler handler() {
    return handler;
  }

  long key() {
    return key;
  }
}
