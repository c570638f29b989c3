/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

/** What the command's exit code says; {@code docs/cli.md} is the table for users. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** The operation was refused or failed, or a check of the tour did not hold. */
  public static final int FAILED = 1;

  /** The command line can not be understood. */
  public static final int USAGE = 2;

  /** No device, or the session with it ended; EX_UNAVAILABLE of sysexits.h. */
  public static final int NO_DEVICE = 69;

  /** A mistake of Atoll itself; EX_SOFTWARE. */
  public static final int INTERNAL = 70;

  /** Memory or another resource has run out; EX_OSERR. */
  public static final int NO_RESOURCES = 71;

  /** A call on a file or the system failed; EX_IOERR. */
  public static final int INPUT_OUTPUT = 74;

  /** Not allowed; EX_NOPERM. */
  public static final int PERMISSION = 77;

  /** Interrupted: 128 and SIGINT. */
  public static final int INTERRUPTED = 130;

  /** Nobody reads the output any more: 128 and SIGPIPE. */
  public static final int OUTPUT_CLOSED = 141;

  private ExitCode() {}
}
