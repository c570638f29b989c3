/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

/** What a device tells a program unasked. */
public sealed interface Notification {

  /**
   * The connection has ended; the program swaps its mappings of the segment for scratch memory and
   * answers with {@link Request.Revoked}.
   *
   * @param handle of the import
   */
  record Revoke(long handle) implements Notification {}
}
