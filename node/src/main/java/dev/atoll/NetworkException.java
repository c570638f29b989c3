/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.AtollException;
import dev.atoll.lnet.LnetException;
import dev.atoll.posix.Errno;
import java.io.Serial;

/** A network has refused an order or failed at it. */
public final class NetworkException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The error. */
  private final Errno errno;

  /**
   * Makes the exception.
   *
   * @param errno why, as LNet says it
   * @param message what failed and what to do
   */
  public NetworkException(Errno errno, String message) {
    super(codeOf(errno), message, null);
    this.errno = errno;
  }

  private static String codeOf(Errno errno) {
    return switch (errno) {
      case EHOSTUNREACH, ENETUNREACH -> LnetException.UNREACHABLE;
      case ETIMEDOUT -> LnetException.TIMED_OUT;
      case EPROTO -> LnetException.PROTOCOL;
      case EINVAL -> LnetException.CONFIG;
      case EADDRINUSE -> LnetException.TAKEN;
      case ECANCELED -> LnetException.CLOSED;
      default -> LnetException.FAILED;
    };
  }

  /**
   * Names the error.
   *
   * @return the errno that {@code lnetctl} would show with a minus
   */
  public Errno errno() {
    return errno;
  }
}
