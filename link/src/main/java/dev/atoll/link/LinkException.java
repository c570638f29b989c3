/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.AtollException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The session with the device could not be opened, or has ended.
 *
 * <p>Its {@link #code()} is one of {@code ATOLL_NO_DEVICE}, {@code ATOLL_SESSION_REFUSED}, {@code
 * ATOLL_SESSION_LOST}, {@code ATOLL_DEVICE_TAKEN} and {@code ATOLL_DEVICE_NOT_STARTED}.
 */
public final class LinkException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** No device listens where one was looked for. */
  public static final String NO_DEVICE = "ATOLL_NO_DEVICE";

  /** The device is there and does not want this program. */
  public static final String REFUSED = "ATOLL_SESSION_REFUSED";

  /** The session was open and is no more. */
  public static final String LOST = "ATOLL_SESSION_LOST";

  /** Another device holds the directory. */
  public static final String TAKEN = "ATOLL_DEVICE_TAKEN";

  /** No device runs, and none could be started. */
  public static final String NOT_STARTED = "ATOLL_DEVICE_NOT_STARTED";

  /**
   * Makes the exception.
   *
   * @param code one of the constants of this class
   * @param message what failed, where, and what to do
   * @param cause what led to it, or null
   */
  public LinkException(String code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
