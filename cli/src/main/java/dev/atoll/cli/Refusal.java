/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.base.AtollException;
import java.io.Serial;

/** A command can not do what it was asked, and knows which exit code says so. */
public final class Refusal extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The exit code. */
  private final int exitCode;

  /**
   * Makes the refusal.
   *
   * @param exitCode one of {@link ExitCode}
   * @param code a stable name
   * @param message what is wrong and what to do
   */
  public Refusal(int exitCode, String code, String message) {
    super(code, message, null);
    this.exitCode = exitCode;
  }

  /**
   * Tells the exit code.
   *
   * @return one of {@link ExitCode}
   */
  public int exitCode() {
    return exitCode;
  }
}
