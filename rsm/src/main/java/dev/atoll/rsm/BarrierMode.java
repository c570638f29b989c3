/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;

/** Who opens and closes the barrier round a transfer: {@code rsm_barrier_mode_t}. */
public enum BarrierMode {
  /**
   * The program does: {@code RSM_BARRIER_MODE_EXPLICIT}. Transfers over pages that are mapped
   * already never report that the connection has ended; {@link Span#complete} does.
   */
  EXPLICIT(0),
  /**
   * Each transfer does by itself: {@code RSM_BARRIER_MODE_IMPLICIT}. A transfer that returns has
   * happened. Every connection begins with this mode.
   */
  IMPLICIT(1);

  private final int value;

  BarrierMode(int value) {
    this.value = value;
  }

  /**
   * Tells the original value.
   *
   * @return 0 or 1
   */
  public int value() {
    return value;
  }

  /**
   * Finds the mode of an original value.
   *
   * @param value 0 or 1
   * @return the mode
   * @throws RsmException BAD_MODE for any other value
   */
  public static BarrierMode of(int value) {
    return switch (value) {
      case 0 -> EXPLICIT;
      case 1 -> IMPLICIT;
      default ->
          throw new RsmException(
              RsmError.BAD_MODE, Barriers.SET_MODE, "value=" + value + ", legal are 0 and 1", null);
    };
  }
}
