/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.base.AtollException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A node of LNet can not be had as it was asked for, or an operation of it has failed. */
public final class LnetException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The address or port of an interface belongs to somebody else. */
  public static final String TAKEN = "LNET_ADDRESS_TAKEN";

  /** The mode of identity needs a capability that the process has not. */
  public static final String PRIVILEGE = "LNET_PRIVILEGE";

  /** The mode of identity does not fit what it was used for. */
  public static final String WRONG_MODE = "LNET_WRONG_MODE";

  /** A value of the configuration can not be used. */
  public static final String CONFIG = "LNET_CONFIG";

  /** There is no way to the destination. */
  public static final String UNREACHABLE = "LNET_UNREACHABLE";

  /** No answer came in time. */
  public static final String TIMED_OUT = "LNET_TIMED_OUT";

  /** The operation failed on the way; the message has the errno. */
  public static final String FAILED = "LNET_FAILED";

  /** The other side's answer is none. */
  public static final String PROTOCOL = "LNET_PROTOCOL";

  /** The node has been closed. */
  public static final String CLOSED = "LNET_CLOSED";

  /**
   * Makes the exception.
   *
   * @param code one of the constants of this class
   * @param message what failed, where, and what to do
   * @param cause what led to it, or null
   */
  public LnetException(String code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
