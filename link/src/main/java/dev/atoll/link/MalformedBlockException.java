/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.AtollException;
import dev.atoll.posix.Errno;
import java.io.Serial;

/** A block from the other side does not follow its format. */
public final class MalformedBlockException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** What the sender is told. */
  private final Errno errno;

  /** Number that a refusal can repeat. */
  private final long correlation;

  /**
   * Makes the exception.
   *
   * @param errno ENOTTY for an unknown request, EINVAL for a malformed one
   * @param correlation of the block, zero if it could not be read
   * @param message what is wrong
   */
  public MalformedBlockException(Errno errno, long correlation, String message) {
    super("ATOLL_MALFORMED_BLOCK", message, null);
    this.errno = errno;
    this.correlation = correlation;
  }

  /**
   * Tells what the sender is told.
   *
   * @return ENOTTY or EINVAL
   */
  public Errno errno() {
    return errno;
  }

  /**
   * Tells which request it was.
   *
   * @return its correlation, zero if unknown
   */
  public long correlation() {
    return correlation;
  }
}
