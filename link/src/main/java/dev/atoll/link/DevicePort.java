/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import java.util.List;

/** How a program reaches a device in its own process; the device implements it. */
@FunctionalInterface
public interface DevicePort {
  /**
   * Opens a session for this process.
   *
   * @param events is told what the device says
   * @return the way to the device
   */
  Channel open(Events events);

  /** The way to the device; methods may be called by any thread and do not wait. */
  interface Channel {
    /**
     * Submits a request.
     *
     * @param envelope the request; the device owns its descriptors from now on
     */
    void submit(Request.Envelope envelope);

    /** Ends the session. */
    void close();
  }

  /** What the device says; called by the device's loop, so implementations must not wait. */
  interface Events {
    /**
     * Takes a reply.
     *
     * @param correlation of the request
     * @param reply the answer
     * @param descriptors what goes with it, owned by the receiver
     */
    void replied(long correlation, Reply reply, List<Descriptor> descriptors);

    /**
     * Takes a notification.
     *
     * @param notification what is told
     * @param descriptors what goes with it, owned by the receiver
     */
    void notified(Notification notification, List<Descriptor> descriptors);

    /** Is told that the device has closed the session. */
    void lost();
  }
}
