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
import org.jspecify.annotations.Nullable;

/**
 * RSMAPI over one session with a device.
 *
 * <p>Thread safety: all methods may be called by any thread. It does not own the session.
 */
public final class RsmLibrary implements AutoCloseable {
  private final RsmContext context;
  private final ImportTable imports = new ImportTable();
  private final Object controllers = new Object();
  private @Nullable Controller loopback;

  /**
   * Makes the library.
   *
   * @param posix the operating system
   * @param clock what deadlines are measured on
   * @param session the open session; its listener becomes this library
   */
  public RsmLibrary(Posix posix, Clock clock, Session session) {
    this.context = new RsmContext(posix, clock, new DeviceCalls(session), imports);
    session.listen(new Listener());
  }

  /**
   * Finds a controller and adds a reference to it: {@code rsm_get_controller}.
   *
   * @param name type and number; case does not count. {@code loopback} is on every node
   * @return the controller, the same one for as long as it has references; give it back with {@link
   *     Controller#release}
   * @throws RsmException CTLR_NOT_PRESENT if this node has none of that name
   */
  public Controller controller(String name) {
    if (!ControllerName.parse(name).isLoopback()) {
      throw new RsmException(
          RsmError.CTLR_NOT_PRESENT,
          "rsm_get_controller",
          "'" + name + "'; this node has: " + Controller.LOOPBACK,
          null);
    }
    synchronized (controllers) {
      Controller current = loopback;
      if (current == null || !current.retain()) {
        current = new Controller(context, Controller.LOOPBACK);
        loopback = current;
      }
      return current;
    }
  }

  /**
   * Tells which controllers this node has besides loopback, and whom they reach: {@code
   * rsm_get_interconnect_topology}.
   *
   * @return a snapshot, which needs no freeing; without connections as long as nothing but this
   *     host can be reached
   */
  public Topology topology() {
    return new Topology(context.session().welcome().nodeId(), List.of());
  }

  /**
   * Unmaps every import that is still there and closes every poll descriptor; the end of the
   * session, which comes next, disconnects them. Idempotent.
   */
  @Override
  public void close() {
    imports.all().forEach(ImportSegment::unmapForGood);
    imports.close();
    List.copyOf(context.polls().values()).forEach(SignalPoll::retireForGood);
  }

  /** Told by the session's service thread. */
  private final class Listener implements SessionListener {
    @Override
    public boolean revoke(long handle) {
      ImportSegment segment = imports.find(handle);
      return segment == null || segment.abort();
    }

    @Override
    public boolean rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
      return imports.rebind(rebind, descriptors);
    }

    @Override
    public void signalled(long handle) {
      SignalPoll poll = context.polls().get(handle);
      if (poll != null) {
        poll.fired();
      }
    }

    @Override
    public void lost() {
      imports.all().forEach(ImportSegment::lose);
      context.polls().values().forEach(SignalPoll::showIfReferenced);
      imports.retire();
      context.wakeWaiters();
    }

    @Override
    public void resume(Session fresh) {
      DeviceCalls calls = new DeviceCalls(fresh);
      context.exports().forEach(each -> each.resume(calls));
    }

    @Override
    public void resumed() {
      context.exports().forEach(ExportSegment::resumed);
      context.polls().values().forEach(SignalPoll::look);
      context.wakeWaiters();
    }
  }
}
