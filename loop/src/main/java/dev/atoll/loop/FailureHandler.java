/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

/** Decides what happens when a callback on a loop throws. */
@FunctionalInterface
public interface FailureHandler {
  /** What happens next. */
  enum Decision {
    /** The loop goes on with the next callback. */
    CONTINUE,
    /** The loop ends and is marked failed. */
    STOP
  }

  /**
   * Is called on the loop's thread with what a callback threw. If the handler itself throws, the
   * loop ends.
   *
   * @param failure what was thrown
   * @return whether the loop goes on
   */
  Decision failed(Throwable failure);

  /**
   * Gives the handler that ends the loop on the first failure. The loop logs the failure as it
   * ends.
   *
   * @return a handler
   */
  static FailureHandler stopping() {
    return failure -> Decision.STOP;
  }
}
