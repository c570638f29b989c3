/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

/** How {@link EventLoop#await} ended. */
public enum WaitOutcome {
  /** The condition holds. */
  DONE,

  /** The time was up first. */
  TIMED_OUT,

  /** The thread was interrupted first; its interrupt status is still set. */
  INTERRUPTED,

  /** The loop has ended, so the condition may never hold. */
  ENDED
}
