/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.base.AtollException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A channel can not be used.
 *
 * <p>Its {@link #code()} is {@link #CORRUPT} or {@link #NO_RECORD}.
 */
public final class ChannelException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The memory of the channel holds what no correct peer writes. */
  public static final String CORRUPT = "ATOLL_CHANNEL_CORRUPT";

  /** As many senders as the channel was made for are connected already. */
  public static final String NO_RECORD = "ATOLL_CHANNEL_SENDERS";

  /**
   * Makes the exception.
   *
   * @param code one of the constants of this class
   * @param message what failed, where, and what to do
   * @param cause what led to it, or null
   */
  public ChannelException(String code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
