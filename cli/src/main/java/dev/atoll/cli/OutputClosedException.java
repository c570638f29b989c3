/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.base.AtollException;
import java.io.Serial;

/** Whoever read the output has gone, as {@code head} does; the command ends without a word. */
public final class OutputClosedException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  OutputClosedException(Throwable cause) {
    super("EPIPE", "nobody reads the output any more", cause);
  }
}
