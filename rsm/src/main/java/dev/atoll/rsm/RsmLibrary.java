/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Clock;
import dev.atoll.link.Notification;
import dev.atoll.link.RsmError;
import dev.atoll.link.Session;
import dev.atoll.link.SessionListener;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.util.List;

/**
 * RSMAPI over one session with a device.
 *
 * <p>Thread safety: all methods may be called by any thread. It does not own the session.
 */
public final class RsmLibrary implements AutoCloseable {
  private final RsmContext context;
  private final ImportTable imports = new ImportTable();
  private final Controller loopback;

  /**
   * Makes the library.
   *
   * @param posix the operating system
   * @param clock what deadlines are measured on
   * @param session the open session; its listener becomes this library
   */
  public RsmLibrary(Posix posix, Clock clock, Session session) {
    this.context = new RsmContext(posix, clock, new DeviceCalls(session), imports);
    this.loopback = new Controller(context, Controller.LOOPBACK);
    session.listen(new Listener());
  }

  /**
   * Finds a controller: {@code rsm_get_controller}.
   *
   * @param name {@code loopback}, which every node has
   * @return the controller
   * @throws RsmException CTLR_NOT_PRESENT if this node has none of that name
   */
  public Controller controller(String name) {
    if (name.equals(Controller.LOOPBACK)) {
      return loopback;
    }
    throw new RsmException(
        RsmError.CTLR_NOT_PRESENT,
        "rsm_get_controller",
        "'" + name + "'; this node has: " + Controller.LOOPBACK,
        null);
  }

  /**
   * Unmaps every import that is still there; the end of the session, which comes next, disconnects
   * them. Idempotent.
   */
  @Override
  public void close() {
    imports.all().forEach(ImportSegment::unmapForGood);
    imports.close();
  }

  /** Told by the session's service thread. */
  private final class Listener implements SessionListener {
    @Override
    public void revoke(long handle) {
      ImportSegment segment = imports.find(handle);
      if (segment != null) {
        segment.abort();
      }
    }

    @Override
    public void rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
      imports.rebind(rebind, descriptors);
    }

    @Override
    public void lost() {
      imports.all().forEach(ImportSegment::lose);
      context.wakeWaiters();
    }
  }
}
