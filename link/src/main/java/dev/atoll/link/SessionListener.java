/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

/**
 * Who is told what happens to a session. Called by the session's service thread, never by a
 * program's own; implementations must not wait for a call on the same session.
 */
public interface SessionListener {
  /**
   * Must swap the program's mappings of an import for scratch memory before it returns; the session
   * then tells the device.
   *
   * @param handle of the import
   */
  void revoke(long handle);

  /** Is told that the session has ended and nothing more will come. */
  void lost();
}
