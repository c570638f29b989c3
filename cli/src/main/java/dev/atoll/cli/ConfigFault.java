/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.Serial;

/** A configuration file says something that can not be meant; caught where the file is known. */
final class ConfigFault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The line, from one; zero if the fault has none. */
  private final int line;

  ConfigFault(int line, String message) {
    super(message);
    this.line = line;
  }

  int line() {
    return line;
  }
}
