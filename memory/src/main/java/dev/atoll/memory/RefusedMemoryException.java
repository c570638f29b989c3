/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.AtollException;
import java.io.Serial;

/** Memory that came from another process is not what it must be, and was refused. */
public final class RefusedMemoryException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The stable code. */
  static final String CODE = "ATOLL_MEMORY_REFUSED";

  /**
   * Makes the exception.
   *
   * @param subject what was offered
   * @param reason what is wrong with it, with the values found and expected
   */
  public RefusedMemoryException(String subject, String reason) {
    super(CODE, subject + " refused: " + reason, null);
  }
}
