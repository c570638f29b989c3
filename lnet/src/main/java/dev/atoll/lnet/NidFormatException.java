/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.io.Serial;

/** A text that is no NID, network, process id or NID range; the message says where and why. */
public final class NidFormatException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong with a text.
   *
   * @param what what the text should have been, such as {@code nid}
   * @param text the text refused
   * @param reason what is wrong with it
   */
  NidFormatException(String what, String text, String reason) {
    super(what + "='" + text + "': " + reason);
  }
}
