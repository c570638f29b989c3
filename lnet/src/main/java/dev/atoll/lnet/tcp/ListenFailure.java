/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetException;
import dev.atoll.posix.ErrnoException;

/** Says why a node can not listen, and what to do. */
final class ListenFailure {
  private ListenFailure() {}

  static LnetException explain(TcpSettings settings, ErrnoException refused) {
    String where =
        "nid=" + settings.self().nid() + " can not listen at " + settings.listenAddress();
    return switch (refused.errno()) {
      case EACCES, EPERM -> new LnetException(LnetException.PRIVILEGE, privilege(where), refused);
      case EADDRINUSE ->
          new LnetException(
              LnetException.TAKEN,
              where
                  + ": "
                  + PortHolder.describe(settings.listenAddress())
                  + ". One node can have an address; give this one another (an alias of the"
                  + " interface, or 127.0.0.2 for a trial on this host)",
              refused);
      case EADDRNOTAVAIL ->
          new LnetException(
              LnetException.CONFIG,
              where + ": no interface of this host has the address; ip addr lists them",
              refused);
      default -> new LnetException(LnetException.CONFIG, where, refused);
    };
  }

  private static String privilege(String where) {
    return where
        + ": ports below "
        + IdentityMode.PRIVILEGED_PORTS
        + " need a privilege, and Lustre's mode needs such ports to listen and to connect. Run as"
        + " root; or give the process the ambient capability CAP_NET_BIND_SERVICE"
        + " (AmbientCapabilities= of systemd, setpriv --ambient-caps +net_bind_service; setcap on"
        + " the java binary breaks its search for libraries); or lower the bound for all users by"
        + " sysctl net.ipv4.ip_unprivileged_port_start=512, which lets every user of the host claim"
        + " to be the node; or use plain mode if no kernel node is on the network";
  }
}
