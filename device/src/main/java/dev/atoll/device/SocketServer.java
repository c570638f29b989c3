/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.LinkLimits;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.Registration;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import dev.atoll.posix.SocketCalls;
import dev.atoll.posix.WaitCalls;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The device's listening socket: admits programs by the kernel's word and the quotas. Owned by the
 * loop.
 */
final class SocketServer implements SocketPeer.Host {
  private static final System.Logger LOG = System.getLogger(SocketServer.class.getName());

  /** What says that descriptors or memory have run out, and not that nobody waits. */
  private static final Set<Errno> EXHAUSTED =
      EnumSet.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM);

  /** Connections taken in one turn; the rest wait for the next, behind everybody's requests. */
  private static final int ACCEPTS_PER_TURN = 32;

  /** How long accepting rests when they have; asking again at once would spin. */
  private static final long EXHAUSTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A program may be stopped for a while, by a debugger or by a machine with too much to do. */
  private static final long PATIENCE_LEAST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int PATIENCE_TIMEOUTS = 4;

  /**
   * How much a program may leave unread, twice this in the kernel's count: some forty answers. The
   * descriptors that go with them count against what all programs together may leave unread
   * (unix(7), ETOOMANYREFS).
   */
  private static final int UNREAD_BYTES = 16 << 10;

  private final Posix posix;
  private final EventLoop loop;
  private final SegmentAgent agent;
  private final DeviceConfig config;
  private final Descriptor listener;
  private final DescriptorCloser closer;
  private final SocketPeer.Buffers buffers;
  private final Set<SocketPeer> peers = new LinkedHashSet<>();
  private @Nullable Registration registration;

  SocketServer(Parts parts, DeviceConfig config, Descriptor listener) {
    this.posix = parts.posix();
    this.loop = parts.loop();
    this.agent = parts.agent();
    this.closer = parts.closer();
    this.config = config;
    this.listener = listener;
    Arena arena = Arena.ofAuto();
    this.buffers =
        new SocketPeer.Buffers(
            arena.allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES),
            arena.allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES));
  }

  /**
   * The parts of the device that it works with.
   *
   * @param posix the operating system
   * @param loop what it runs on
   * @param agent who takes the requests
   * @param closer who closes what programs send
   */
  record Parts(Posix posix, EventLoop loop, SegmentAgent agent, DescriptorCloser closer) {}

  void start() {
    registration = loop.register(listener, WaitCalls.POLLIN, events -> acceptAll());
  }

  void stop() {
    Registration current = registration;
    if (current != null) {
      current.cancel();
    }
    listener.close();
    List.copyOf(peers).forEach(SocketPeer::close);
  }

  /** After a failure of the loop: lets every program see that the device has gone. */
  void abandon() {
    listener.close();
    peers.forEach(SocketPeer::abandon);
  }

  private void acceptAll() {
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
      int number = posix.accept(listener);
      if (number >= 0) {
        admitOrClose(new Descriptor(posix, number, "a session's socket"));
      } else if (EXHAUSTED.contains(Errno.of(-number))) {
        rest(Errno.of(-number));
        return;
      } else if (number == -Errno.EAGAIN.number()) {
        return;
      }
    }
  }

  private void rest(Errno errno) {
    LOG.log(Level.WARNING, "event=accept-rests reason={0}", errno);
    Registration current = registration;
    if (current == null) {
      return;
    }
    current.modify(0);
    loop.schedule(
        EXHAUSTED_NANOS,
        () -> {
          if (current.isActive()) {
            current.modify(WaitCalls.POLLIN);
          }
        });
  }

  private void admitOrClose(Descriptor socket) {
    try {
      admit(socket);
    } catch (ErrnoException e) {
      LOG.log(Level.WARNING, "event=session-refused", e);
      socket.close();
    }
  }

  private void admit(Descriptor socket) {
    PeerCredentials credentials = posix.peerCredentials(socket);
    if (!isAllowed(credentials.uid()) || !agent.hasRoomFor(credentials.uid())) {
      LOG.log(
          Level.DEBUG,
          "event=session-refused uid={0} pid={1}",
          credentials.uid(),
          credentials.pid());
      socket.close();
      return;
    }
    posix.setOption(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_SNDBUF, UNREAD_BYTES);
    var peer = new SocketPeer(posix, agent, socket, this);
    peer.begin(agent.open(credentials, peer), loop.register(socket, WaitCalls.POLLIN, peer::ready));
    peers.add(peer);
    Site.hit("session.admitted");
    loop.schedule(config.greetingTimeout().toNanos(), () -> dropIfSilent(peer));
  }

  /** An unmapped uid could be anybody in another user namespace (threat T2). */
  private boolean isAllowed(int uid) {
    return switch (config.users()) {
      case SAME -> uid == posix.effectiveUid() || uid == 0;
      case ANY -> uid != PeerCredentials.OVERFLOW_UID;
    };
  }

  private static void dropIfSilent(SocketPeer peer) {
    if (!peer.isClosed() && !peer.isGreeted()) {
      LOG.log(Level.INFO, "event=session-dropped reason=no-greeting");
      peer.close();
    }
  }

  @Override
  public SocketPeer.Buffers buffers() {
    return buffers;
  }

  @Override
  public void later(Runnable action) {
    LoopTurns.later(loop, action);
  }

  @Override
  public void after(long delayNanos, Runnable action) {
    var _ = loop.schedule(delayNanos, action);
  }

  @Override
  public long patienceNanos() {
    return Math.max(PATIENCE_LEAST_NANOS, PATIENCE_TIMEOUTS * config.revocationTimeout().toNanos());
  }

  @Override
  public void discard(List<Descriptor> descriptors) {
    closer.close(descriptors);
  }

  @Override
  public void closed(SocketPeer peer) {
    peers.remove(peer);
  }
}
