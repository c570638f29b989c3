/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.Answer;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.EmbeddedSession;
import dev.atoll.link.LastingSession;
import dev.atoll.link.LinkException;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.Session;
import dev.atoll.link.SocketSession;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.RsmLibrary;
import dev.atoll.rsm.Topology;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A program's place in Atoll: begin here.
 *
 * {@snippet class="dev.atoll.NodeSnippets" region="firstSegment"}
 *
 * <p>{@link #embedded} runs the device inside this process: no daemon, no files, and only this
 * process can connect. {@link #attach} uses the device of another process, through which all
 * programs of the host meet; {@link #attachOrStart} starts one if need be. Either way the interface
 * is the same.
 *
 * <p>Thread safety: all methods may be called by any thread. Closing a node ends its session: its
 * segments are withdrawn and its imports disconnected.
 */
public final class Node implements AutoCloseable {
  private final Posix posix;
  private final Session session;
  private final RsmLibrary library;
  private final @Nullable Device device;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private Node(Posix posix, Session session, @Nullable Device device) {
    this.posix = posix;
    this.session = session;
    this.device = device;
    this.library = new RsmLibrary(posix, Clock.system(), session);
  }

  /**
   * Makes a node with a device of its own inside this process.
   *
   * @return the node, owned by the caller
   * @throws UnsupportedOperationException if this is not 64-bit Linux or native access is refused
   */
  public static Node embedded() {
    return embedded(Posix.system(), DeviceConfig.standard());
  }

  /**
   * Makes a node with a device of its own inside this process.
   *
   * @param posix the operating system
   * @param config of the device
   * @return the node, owned by the caller
   */
  public static Node embedded(Posix posix, DeviceConfig config) {
    Device device = Device.start(posix, Clock.system(), config, new SecureRandom());
    try {
      return new Node(posix, EmbeddedSession.open(posix, device.port()), device);
    } catch (InterruptedException e) {
      device.close();
      throw interrupted(e);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /** A program's place inside the process of a device that somebody else closes. */
  static Node within(Posix posix, Device device) {
    try {
      return new Node(posix, EmbeddedSession.open(posix, device.port()), null);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Attaches to this user's device, found by {@link DeviceDirectory#find}.
   *
   * @return the node, owned by the caller
   * @throws LinkException ATOLL_NO_DEVICE if none runs, ATOLL_SESSION_REFUSED if it does not want
   *     us or somebody else listens in its place
   */
  public static Node attach() {
    Posix posix = Posix.system();
    return attach(posix, ownDirectory(posix));
  }

  /**
   * Attaches to the device of a directory.
   *
   * @param directory the device's directory
   * @return the node, owned by the caller
   * @throws LinkException as {@link #attach()}
   */
  public static Node attach(Path directory) {
    return attach(Posix.system(), new DeviceDirectory(directory));
  }

  /**
   * Attaches to the device of a directory.
   *
   * @param posix the operating system
   * @param directory the device's directory
   * @return the node, owned by the caller
   * @throws LinkException as {@link #attach()}
   */
  public static Node attach(Posix posix, DeviceDirectory directory) {
    try {
      return new Node(posix, SocketSession.connect(posix, directory), null);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Attaches to this user's device, and starts one in the background if none runs. It leaves when
   * nobody has had a session for 30 seconds.
   *
   * @return the node, owned by the caller
   * @throws LinkException as {@link #attachOrStart(Path, DaemonOptions)}
   */
  public static Node attachOrStart() {
    Posix posix = Posix.system();
    return attachOrStart(posix, ownDirectory(posix), DaemonOptions.standard());
  }

  /**
   * Attaches to the device of a directory, and starts one in the background if none runs.
   *
   * @param directory the device's directory, made if missing
   * @return the node, owned by the caller
   * @throws LinkException as {@link #attachOrStart(Path, DaemonOptions)}
   */
  public static Node attachOrStart(Path directory) {
    return attachOrStart(directory, DaemonOptions.standard());
  }

  /**
   * Attaches to the device of a directory, and starts one in the background if none runs.
   *
   * <p>Of many callers in any processes, one starts it and all attach to it. The daemon is a
   * process of its own session, outlives this one, gets nothing of its environment but what it
   * needs, and prints to {@code device.log} in the directory. For programs of this user alone; for
   * all users run {@code atoll node --users any}. Should the device die, the node attaches to the
   * next, starting it if need be, as {@link #attachLasting}, unless the options say otherwise.
   *
   * @param directory the device's directory, made if missing
   * @param options for a daemon that is started
   * @return the node, owned by the caller
   * @throws LinkException ATOLL_DEVICE_NOT_STARTED if none runs and none can be started, with the
   *     last lines of its log and what to do instead; ATOLL_SESSION_REFUSED as {@link #attach()}
   */
  public static Node attachOrStart(Path directory, DaemonOptions options) {
    return attachOrStart(Posix.system(), new DeviceDirectory(directory), options);
  }

  /**
   * Attaches to the device of a directory, and to each that comes after it: when a device dies, the
   * node looks for the next one by itself and makes its exports anew there, with their ids, access
   * lists and pending signals. Imports stay aborted; connect again. Until there is a device, calls
   * throw ATOLL_SESSION_LOST.
   *
   * @param directory the device's directory
   * @return the node, owned by the caller
   * @throws LinkException as {@link #attach()}, if there is no device to begin with
   */
  public static Node attachLasting(Path directory) {
    Posix posix = Posix.system();
    var place = new DeviceDirectory(directory);
    return lasting(posix, () -> SocketSession.connectKeeping(posix, place));
  }

  private static Node lasting(Posix posix, LastingSession.Connector connector) {
    try {
      return new Node(posix, LastingSession.open(posix, connector), null);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static Node attachOrStart(Posix posix, DeviceDirectory directory, DaemonOptions options) {
    LastingSession.Connector connector =
        () -> DaemonStart.attach(posix, Clock.system(), directory, options);
    if (options.isLasting()) {
      return lasting(posix, connector);
    }
    try {
      return new Node(posix, connector.connect(), null);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static DeviceDirectory ownDirectory(Posix posix) {
    return DeviceDirectory.find(
        System.getenv(), posix.effectiveUid(), Path.of(System.getProperty("java.io.tmpdir")));
  }

  static LinkException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new LinkException(
        LinkException.LOST, "The thread was interrupted while it opened a session.", cause);
  }

  /**
   * Tells which node this is.
   *
   * @return 1 to 64
   */
  public int nodeId() {
    return session.welcome().nodeId();
  }

  /**
   * Finds a controller: {@code rsm_get_controller}.
   *
   * @param name {@code loopback}, which every node has
   * @return the controller
   * @throws dev.atoll.rsm.RsmException CTLR_NOT_PRESENT if this node has none of that name
   */
  public Controller controller(String name) {
    return library.controller(name);
  }

  /**
   * Gives the loopback controller, which every node has: {@code rsm_get_controller} without a name.
   *
   * @return the controller; see {@link RsmLibrary#controller}
   */
  public Controller controller() {
    return library.controller(Controller.LOOPBACK);
  }

  /**
   * Tells which controllers this node has besides loopback, and whom they reach: {@code
   * rsm_get_interconnect_topology}.
   *
   * @return a snapshot
   */
  public Topology topology() {
    return library.topology();
  }

  /**
   * Makes shared memory that can be exported: fresh zero pages, all reserved. The device makes and
   * owns the file, so that readers of other users can not widen their access.
   *
   * @param bytes how much is needed; rounded up to whole pages
   * @return the region, owned by the caller
   * @throws dev.atoll.memory.OutOfMemoryBudgetException if there is not enough memory, with numbers
   * @throws ErrnoException if a call fails
   * @throws LinkException if the session is lost
   */
  public SharedMemory allocate(long bytes) {
    long size = SharedMemory.pagesFor(posix, bytes);
    try {
      Answer answer = session.call(new Request.MemoryCreate(size), List.of());
      if (answer.reply() instanceof Reply.Refused refused) {
        throw new ErrnoException("memfd_create", refused.errno(), "device", refused.detail());
      }
      if (answer.descriptors().size() != 1) {
        answer.closeDescriptors();
        throw new ErrnoException(
            "memfd_create", Errno.EPROTO.number(), "device", "It answers " + answer.reply());
      }
      return SharedMemory.adopt(posix, answer.descriptors().getFirst(), size);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Asks what the device holds; for its owner and root.
   *
   * @return counters
   * @throws ErrnoException EPERM for other users
   * @throws LinkException if the session is lost
   */
  public Reply.DeviceStatus deviceStatus() {
    return administration().status();
  }

  /**
   * Gives what the device's owner and root may ask of it.
   *
   * @return the questions; others are refused with EPERM
   */
  public Administration administration() {
    return new Administration(posix, session);
  }

  /**
   * Gives the LNet network of the device's node; for its owner and root.
   *
   * @return the network; whether there is one, its first order tells
   */
  public Network network() {
    return Network.of(posix, session);
  }

  /**
   * Tells whether the device still answers.
   *
   * @return false once the node is closed or its device has gone
   */
  public boolean isOpen() {
    return session.isOpen();
  }

  private void closeSession() {
    try {
      session.close();
    } finally {
      if (device != null) {
        device.close();
      }
    }
  }

  /** Ends the session, and the device if it is this node's own. Idempotent. */
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      try {
        library.close();
      } finally {
        closeSession();
      }
    }
  }
}
