/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that tells of a broken environment or a refused operation.
 *
 * <p>It is unchecked and open: each module adds its own final subclasses. Programmer mistakes are
 * {@link IllegalArgumentException} and {@link IllegalStateException} instead, and expected refusals
 * (queue full, timeout) are values, never exceptions.
 */
public abstract class AtollException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The stable code. */
  private final String code;

  /**
   * Makes an exception.
   *
   * @param code a stable code that documentation and scripts may rely on, such as {@code ENOSPC} or
   *     {@code RSMERR_PERM_DENIED}
   * @param message what failed, where, with which sizes, and what to do next
   * @param cause what led to it, or null
   */
  protected AtollException(String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
  }

  /**
   * Tells the stable code of this error; {@code docs/errors.md} explains each.
   *
   * @return the code
   */
  public final String code() {
    return code;
  }
}
