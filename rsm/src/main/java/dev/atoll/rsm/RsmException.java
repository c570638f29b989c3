/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.AtollException;
import dev.atoll.link.RsmError;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * An operation of RSMAPI was refused or failed; it carries the original error code.
 *
 * <p>The {@link #code()} is the original name, such as {@code RSMERR_PERM_DENIED}.
 */
public final class RsmException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The error. */
  private final RsmError error;

  /**
   * Makes the exception.
   *
   * @param error which error
   * @param operation what was tried, as in the mapping table
   * @param detail further words; may be empty
   * @param cause what led to it, or null
   */
  public RsmException(RsmError error, String operation, String detail, @Nullable Throwable cause) {
    super(error.originalName(), text(error, operation, detail), cause);
    this.error = error;
  }

  /**
   * Names the error.
   *
   * @return the error with its original number
   */
  public RsmError error() {
    return error;
  }

  private static String text(RsmError error, String operation, String detail) {
    String head =
        operation + ": " + error.originalName() + " (" + error.number() + "), " + error.meaning();
    return detail.isEmpty() ? head : head + ": " + detail;
  }
}
