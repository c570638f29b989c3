/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

/**
 * A monotonic clock, handed in through constructors so that a simulator can own time.
 *
 * <p>Readings are comparable within one process only. Implementations are safe for use by many
 * threads.
 */
@FunctionalInterface
public interface Clock {
  /**
   * Reads the clock.
   *
   * @return nanoseconds since an arbitrary origin; compare by subtraction, as the value may wrap
   */
  long nanos();

  /**
   * Gives the clock of the machine, which never steps back.
   *
   * @return a view of {@link System#nanoTime()}
   */
  static Clock system() {
    return System::nanoTime;
  }
}
