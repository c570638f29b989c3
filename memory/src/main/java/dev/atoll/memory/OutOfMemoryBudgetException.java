/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.AtollException;
import java.io.Serial;

/**
 * Memory was not reserved, because the kernel would have killed the process for it.
 *
 * <p>The message names what was wanted, the limit, what is used, and where the limit is set.
 */
public final class OutOfMemoryBudgetException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The stable code. */
  static final String CODE = "ATOLL_MEMORY_BUDGET";

  /** What was wanted. */
  private final long wantedBytes;

  /** What there is. */
  private final long availableBytes;

  /**
   * Makes the exception.
   *
   * @param wantedBytes what was wanted
   * @param availableBytes what there is
   * @param message the numbers, where the limit is, and what to do
   */
  OutOfMemoryBudgetException(long wantedBytes, long availableBytes, String message) {
    super(CODE, message, null);
    this.wantedBytes = wantedBytes;
    this.availableBytes = availableBytes;
  }

  /**
   * Tells what was wanted.
   *
   * @return bytes
   */
  public long wantedBytes() {
    return wantedBytes;
  }

  /**
   * Tells what there was at the time.
   *
   * @return bytes
   */
  public long availableBytes() {
    return availableBytes;
  }
}
