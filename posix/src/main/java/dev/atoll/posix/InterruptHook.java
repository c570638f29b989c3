/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * Makes {@link Thread#interrupt} run an action while a platform thread is between {@link #enter}
 * and {@link #leave}: for waits in native calls, which do not see interrupts.
 *
 * <p>Thread safety: used by one thread at a time; the action runs on the interrupting thread.
 */
public final class InterruptHook {
  private final InterruptBracket bracket;

  /**
   * Makes a hook.
   *
   * @param onInterrupt ends the wait; must not block
   */
  public InterruptHook(Runnable onInterrupt) {
    this.bracket = new InterruptBracket(onInterrupt);
  }

  /** Begins the wait. If the thread is interrupted already, the action runs at once. */
  public void enter() {
    bracket.enter();
  }

  /** Ends the wait. The thread's interrupt status stays as it is. */
  public void leave() {
    bracket.leave();
  }
}
