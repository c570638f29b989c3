/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.ProcessId;
import java.net.InetSocketAddress;

/**
 * What a TCP network is to be: who, where, how patient, how large. Immutable; each {@code with}
 * method gives a changed copy.
 *
 * @param self the interface and the process; its address is where the node listens and connects
 *     from
 * @param mode how nodes prove who they are
 * @param port where all nodes of the network listen
 * @param accept whose connections are taken; only in Lustre's mode
 * @param incarnation tells this start of the node from others, the same on every connection
 * @param isChecksummed whether messages of version 2 carry a checksum
 * @param times how long to wait
 * @param bounds how much to keep
 */
public record TcpSettings(
    ProcessId self,
    IdentityMode mode,
    int port,
    AcceptPolicy accept,
    long incarnation,
    boolean isChecksummed,
    TcpTimes times,
    TcpBounds bounds) {
  /** The process that nodes of Lustre are. */
  public static final int NODE_PID = 12345;

  private static final int PORT_MAX = 0xffff;

  /**
   * Checks the settings.
   *
   * @throws LnetException if they contradict each other, with what to change
   */
  public TcpSettings {
    if (!self.nid().hasInetAddress()) {
      throw new LnetException(
          LnetException.CONFIG,
          "nid=" + self.nid() + " has no internet address; a TCP network needs one",
          null);
    }
    if (port < 1 || port > PORT_MAX) {
      throw new LnetException(
          LnetException.CONFIG, "port=" + port + " is not from 1 to 65535", null);
    }
    if (mode == IdentityMode.PLAIN && port < IdentityMode.PRIVILEGED_PORTS) {
      throw new LnetException(
          LnetException.WRONG_MODE,
          "port="
              + port
              + " is one of Lustre's nodes, which a node in plain mode must not speak to; choose a"
              + " port from 1024 on, or Lustre's mode",
          null);
    }
  }

  /**
   * Gives the usual settings.
   *
   * @param nid the interface
   * @param mode how nodes prove who they are
   * @param incarnation tells this start of the node from others: nanoseconds since 1970, say
   * @return settings with the mode's port
   */
  public static TcpSettings of(Nid nid, IdentityMode mode, long incarnation) {
    return new TcpSettings(
        new ProcessId(nid, NODE_PID),
        mode,
        mode.defaultPort(),
        AcceptPolicy.SECURE,
        incarnation,
        false,
        TcpTimes.usual(),
        TcpBounds.usual());
  }

  /**
   * Changes the port.
   *
   * @param next where all nodes of the network listen
   * @return a copy
   */
  public TcpSettings withPort(int next) {
    return new TcpSettings(self, mode, next, accept, incarnation, isChecksummed, times, bounds);
  }

  /**
   * Changes whose connections are taken.
   *
   * @param next only in Lustre's mode
   * @return a copy
   */
  public TcpSettings withAccept(AcceptPolicy next) {
    return new TcpSettings(self, mode, port, next, incarnation, isChecksummed, times, bounds);
  }

  /**
   * Turns checksums on or off.
   *
   * @param next whether messages of version 2 carry one
   * @return a copy
   */
  public TcpSettings withChecksum(boolean next) {
    return new TcpSettings(self, mode, port, accept, incarnation, next, times, bounds);
  }

  /**
   * Changes the times.
   *
   * @param next how long to wait
   * @return a copy
   */
  public TcpSettings withTimes(TcpTimes next) {
    return new TcpSettings(self, mode, port, accept, incarnation, isChecksummed, next, bounds);
  }

  /**
   * Changes the bounds.
   *
   * @param next how much to keep
   * @return a copy
   */
  public TcpSettings withBounds(TcpBounds next) {
    return new TcpSettings(self, mode, port, accept, incarnation, isChecksummed, times, next);
  }

  /** Where this node listens. */
  InetSocketAddress listenAddress() {
    return new InetSocketAddress(self.nid().inetAddress(), port);
  }

  /** Where another node listens. */
  InetSocketAddress addressOf(Nid nid) {
    return new InetSocketAddress(nid.inetAddress(), port);
  }

  /** The version that a conversation begins with. */
  int firstVersion(Nid neighbour) {
    return neighbour.isLarge() ? 4 : 3;
  }
}
