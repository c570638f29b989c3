/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.posix.Descriptor;

/**
 * Watches descriptors for an {@link EventLoop}.
 *
 * <p>Thread safety: {@link #wake} by any thread, also while or after the poller is closed; all
 * other methods by the thread that holds the loop.
 */
public interface Poller extends AutoCloseable {
  /** Receives what happened. */
  @FunctionalInterface
  interface Ready {
    /**
     * Is told of one descriptor.
     *
     * @param key the key it was added with
     * @param events {@code POLL} flags of {@link dev.atoll.posix.WaitCalls}
     */
    void ready(long key, int events);
  }

  /**
   * Watches a descriptor, level-triggered.
   *
   * @param descriptor what to watch; it stays the caller's and open until removed
   * @param events {@code POLL} flags
   * @param key not negative; what {@link Ready#ready} will give back
   * @throws dev.atoll.posix.ErrnoException if the kernel refuses
   */
  void add(Descriptor descriptor, int events, long key);

  /**
   * Changes what is watched.
   *
   * @param descriptor as added
   * @param events {@code POLL} flags
   * @param key not negative; what {@link Ready#ready} will give back
   * @throws dev.atoll.posix.ErrnoException if the kernel refuses
   */
  void modify(Descriptor descriptor, int events, long key);

  /**
   * Stops watching.
   *
   * @param descriptor as added, still open
   * @throws dev.atoll.posix.ErrnoException if the kernel refuses
   */
  void remove(Descriptor descriptor);

  /**
   * Waits for events and hands them out, a bounded number at a time.
   *
   * @param timeoutNanos the longest wait; zero just looks, negative waits for ever
   * @param ready receives each event
   * @return how many events were handed out; a wake-up is none
   */
  int poll(long timeoutNanos, Ready ready);

  /** Ends a wait that is under way, or the next one if there is none. */
  void wake();

  /** Releases what the poller holds; a second call does nothing. */
  @Override
  void close();
}
