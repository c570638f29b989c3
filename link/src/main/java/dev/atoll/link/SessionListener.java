/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.posix.Descriptor;
import java.util.List;

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
   * @return false if the kernel has no scratch memory, so that the program can still store to the
   *     exporter's: the device is told nothing then, and counts an answer that did not come
   */
  @CheckReturnValue
  boolean revoke(long handle);

  /**
   * Must swap the program's mappings of an import for the exporter's new memory before it returns;
   * the session then tells the device.
   *
   * @param rebind what has changed
   * @param descriptors the new file with just the granted rights, and its control page; owned by
   *     the listener
   * @return false if the program can still store to the old memory, as with {@link #revoke}
   */
  @CheckReturnValue
  boolean rebind(Notification.Rebind rebind, List<Descriptor> descriptors);

  /**
   * Is told that a handle which was watched has a signal.
   *
   * @param handle that the watch named; it may have been given back meanwhile
   */
  void signalled(long handle);

  /** Is told that the session with this device has ended and nothing more will come of it. */
  void lost();

  /**
   * Is told that a {@link LastingSession} has found the next device: what is to live on must be
   * made there anew. By a thread that may wait.
   *
   * @param fresh the session with that device, which nobody else uses yet
   * @throws LinkException if that device is lost as well; the session then looks for another
   */
  default void resume(Session fresh) {}

  /** Is told that the session is open again, with what {@link #resume} has made. */
  default void resumed() {}
}
