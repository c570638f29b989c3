/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static dev.atoll.posix.SocketCalls.IPPROTO_TCP;
import static dev.atoll.posix.SocketCalls.SOL_SOCKET;
import static dev.atoll.posix.SocketCalls.SO_KEEPALIVE;
import static dev.atoll.posix.SocketCalls.TCP_KEEPCNT;
import static dev.atoll.posix.SocketCalls.TCP_KEEPIDLE;
import static dev.atoll.posix.SocketCalls.TCP_KEEPINTVL;
import static dev.atoll.posix.SocketCalls.TCP_LINGER2;
import static dev.atoll.posix.SocketCalls.TCP_NODELAY;
import static dev.atoll.posix.SocketCalls.TCP_USER_TIMEOUT;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Makes sockets as LNet's nodes use them. */
final class Sockets {
  /** The source ports of Lustre's nodes, tried from the top. */
  static final int SOURCE_PORT_MAX = 1023;

  static final int SOURCE_PORT_MIN = 512;

  private static final int KEEPALIVE_IDLE_SECONDS = 30;
  private static final int KEEPALIVE_PAUSE_SECONDS = 5;
  private static final int KEEPALIVE_PROBES = 5;

  private final Posix posix;
  private final TcpSettings settings;

  Sockets(Posix posix, TcpSettings settings) {
    this.posix = posix;
    this.settings = settings;
  }

  /**
   * A socket that has begun to connect, or why there is none.
   *
   * @param socket owned by the caller, if the status is zero or EINPROGRESS
   * @param status zero when connected, {@code -EINPROGRESS}, or what failed
   */
  record Dialled(Descriptor socket, int status) {}

  /**
   * Begins to connect from this node's address.
   *
   * @throws ErrnoException if there is no socket to be had
   */
  @CheckReturnValue
  Dialled dial(InetSocketAddress remote) {
    InetAddress address = settings.self().nid().inetAddress();
    if (settings.mode() == IdentityMode.PLAIN) {
      return dial(new InetSocketAddress(address, 0), remote);
    }
    for (int port = SOURCE_PORT_MAX; port > SOURCE_PORT_MIN; port--) {
      try {
        Dialled dialled = dial(new InetSocketAddress(address, port), remote);
        if (dialled.status() != -Errno.EADDRNOTAVAIL.number()
            && dialled.status() != -Errno.EADDRINUSE.number()) {
          return dialled;
        }
        dialled.socket().close();
      } catch (ErrnoException refused) {
        if (refused.errno() != Errno.EADDRINUSE) {
          throw refused;
        }
      }
    }
    return dial(new InetSocketAddress(address, SOURCE_PORT_MIN), remote);
  }

  private Dialled dial(InetSocketAddress local, InetSocketAddress remote) {
    Descriptor socket = posix.socketTcp(local);
    boolean isBegun = false;
    try {
      tune(socket);
      int status = posix.connectTcp(socket, remote);
      isBegun = true;
      return new Dialled(socket, status);
    } finally {
      if (!isBegun) {
        socket.close();
      }
    }
  }

  /**
   * Sets what all sockets have: no delay, probes of a silent peer, an end of unacknowledged data,
   * and no patience behind a close.
   */
  void tune(Descriptor socket) {
    posix.setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    posix.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    posix.setOption(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    posix.setOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_PAUSE_SECONDS);
    posix.setOption(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
    posix.setOption(socket, IPPROTO_TCP, TCP_LINGER2, -1);
    long millis = TimeUnit.NANOSECONDS.toMillis(settings.times().timeoutNanos());
    int timeoutMillis = Math.clamp(millis, 1, Integer.MAX_VALUE);
    posix.setOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMillis);
  }
}
