/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.posix.Descriptor;
import java.util.List;

/** The device's way to one program; called on the loop only. */
interface Outbound {
  /** Answers; the descriptors stay the caller's. */
  void reply(long correlation, Reply reply, List<Descriptor> borrowed);

  /**
   * Tells something unasked; the descriptors stay the caller's.
   *
   * @return false if it could not be told for want of descriptors
   */
  boolean notify(Notification notification, List<Descriptor> borrowed);

  /** Ends the connection, after the action under way. */
  void cut();
}
