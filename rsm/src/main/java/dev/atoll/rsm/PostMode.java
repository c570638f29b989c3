/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.Request;

/** Whether a signal adds to those that are pending: the flags of {@code rsm_intr_signal_post}. */
public enum PostMode {
  /** Every signal counts: no flag in C. */
  ACCUMULATE(0),
  /**
   * The signal is dropped at each handle that has one pending: {@code RSM_SIGPOST_NO_ACCUMULATE}.
   * Whoever takes the pending one sees what the poster of the dropped one stored before.
   */
  NO_ACCUMULATE(Request.SignalPost.NO_ACCUMULATE);

  private final int flags;

  PostMode(int flags) {
    this.flags = flags;
  }

  /**
   * Tells the original value.
   *
   * @return 0 or 2
   */
  public int flags() {
    return flags;
  }
}
