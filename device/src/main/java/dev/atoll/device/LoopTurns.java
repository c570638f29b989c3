/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.loop.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/** The device's own way to a later turn of its loop, which no flood of commands can close. */
final class LoopTurns {
  private LoopTurns() {}

  /**
   * Runs an action after the one under way; called on the loop. Commands are bounded, since other
   * threads give them; what the loop gives itself must get through, and timers have no bound.
   */
  static void later(EventLoop loop, Runnable action) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException tooManyWait) {
      var _ = loop.schedule(0, action);
    }
  }
}
