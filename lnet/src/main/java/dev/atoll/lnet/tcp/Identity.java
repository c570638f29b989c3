/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.Hello;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Says whom a node believes.
 *
 * <p>The modes keep apart by ports: a node in Lustre's mode connects from a privileged port, which
 * a node in plain mode refuses; a node in plain mode connects from another one, which a node in
 * Lustre's mode refuses or takes for a process of its own; and neither looks for the other at its
 * port, since a plain network can not have a privileged one.
 */
final class Identity {
  private final TcpSettings settings;

  Identity(TcpSettings settings) {
    this.settings = settings;
  }

  /** Tells whether a connection may come from there at all. */
  @CheckReturnValue
  boolean isPortAllowed(InetSocketAddress remote) {
    boolean isPrivileged = remote.getPort() < IdentityMode.PRIVILEGED_PORTS;
    return switch (settings.mode()) {
      case PLAIN -> !isPrivileged;
      case LUSTRE -> isPrivileged || isUserAllowed(remote);
    };
  }

  /**
   * Tells who is at the other end of a connection that came in.
   *
   * @return empty if it claims to be somebody else
   */
  @CheckReturnValue
  Optional<ProcessId> judge(Hello hello, InetSocketAddress remote) {
    Nid here = Nid.of(settings.self().nid().network(), remote.getAddress());
    ProcessId claimed = hello.source();
    return switch (settings.mode()) {
      case PLAIN ->
          claimed.nid().equals(here) && !claimed.isUser() ? Optional.of(claimed) : Optional.empty();
      case LUSTRE -> ofLustre(claimed, here, remote);
    };
  }

  private Optional<ProcessId> ofLustre(ProcessId claimed, Nid here, InetSocketAddress remote) {
    if (remote.getPort() >= IdentityMode.PRIVILEGED_PORTS) {
      // Nobody vouches for what it says: its port is its name.
      return Optional.of(new ProcessId(here, remote.getPort() | ProcessId.USER_FLAG));
    }
    boolean isNode = claimed.nid().network().equals(here.network()) && !claimed.isUser();
    return isNode ? Optional.of(claimed) : Optional.empty();
  }

  /** A kernel node runs into an assertion where such a peer has a large address; so not here. */
  private boolean isUserAllowed(InetSocketAddress remote) {
    return settings.accept() == AcceptPolicy.ALL && !(remote.getAddress() instanceof Inet6Address);
  }
}
