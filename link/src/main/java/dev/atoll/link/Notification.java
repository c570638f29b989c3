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

  /**
   * The exporter has put other memory of the same length behind the segment; the program swaps its
   * mappings and answers with {@link Request.Rebound}. Goes with two descriptors, as {@link
   * Reply.Connected} does.
   *
   * @param handle of the import
   * @param fileOffset where in the new file the segment begins
   * @param isPersistent whether the new file keeps its content over restarts
   */
  record Rebind(long handle, long fileOffset, boolean isPersistent) implements Notification {}

  /**
   * A handle that was watched has a signal; the watch has ended.
   *
   * @param handle that {@link Request.SignalWatch} named
   */
  record Signalled(long handle) implements Notification {}
}
