/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link LnetNode} is to be. Immutable; each {@code with} method gives a changed copy.
 *
 * @param interfaces its interfaces on TCP networks, at least one, such as {@code 127.0.0.2@tcp}
 * @param mode how nodes prove who they are; the same in the whole network
 * @param port where all nodes of the network listen
 * @param isNetworkTrusted whether an interface may be on a network that reaches other hosts:
 *     nothing is encrypted, and whoever is on that network can claim to be anybody there
 * @param routes the ways to networks that this node is not on
 * @param settings times and bounds
 * @param idleLooks how many empty turns of its loop, of about a microsecond each, the node looks
 *     for more after work before it sleeps; zero to sleep at once
 */
public record LnetConfig(
    List<Nid> interfaces,
    IdentityMode mode,
    int port,
    boolean isNetworkTrusted,
    List<Route> routes,
    LnetSettings settings,
    int idleLooks) {
  /** A few round trips on one host. */
  public static final int USUAL_IDLE_LOOKS = 128;

  private static final int PORT_MAX = 0xffff;
  private static final int LOOKS_MAX = 1_000_000;

  /**
   * A way to another network ({@code lnetctl route add}).
   *
   * @param network where it leads
   * @param gateway through whom
   * @param hop how many gateways are on the way; -1 if that is not known
   * @param priority the lower, the sooner it is taken
   */
  public record Route(Network network, Nid gateway, int hop, int priority) {}

  /**
   * Checks the values.
   *
   * @throws LnetException with what to change
   */
  public LnetConfig {
    interfaces = List.copyOf(interfaces);
    routes = List.copyOf(routes);
    if (interfaces.isEmpty()) {
      throw wrong("a node needs an interface, such as 127.0.0.2@tcp");
    }
    if (port < 1 || port > PORT_MAX) {
      throw wrong("port=" + port + " is not from 1 to 65535");
    }
    if (idleLooks < 0 || idleLooks > LOOKS_MAX) {
      throw wrong("idleLooks=" + idleLooks + " is not from 0 to " + LOOKS_MAX);
    }
    for (Nid each : interfaces) {
      if (!each.hasInetAddress()) {
        throw wrong("interface=" + each + " is not on a TCP network");
      }
    }
  }

  /**
   * Makes a node that needs no privilege, for a network of such nodes.
   *
   * @param interfaces addresses of this host, each with its network or on {@code tcp}
   * @return the configuration
   * @throws LnetException if one can not be an interface
   */
  public static LnetConfig plain(String... interfaces) {
    return of(IdentityMode.PLAIN, List.of(interfaces));
  }

  /**
   * Makes a node that talks with Lustre's own.
   *
   * @param interfaces addresses of this host, each with its network or on {@code tcp}
   * @return the configuration
   * @throws LnetException if one can not be an interface
   */
  public static LnetConfig lustre(String... interfaces) {
    return of(IdentityMode.LUSTRE, List.of(interfaces));
  }

  /**
   * Allows interfaces that reach other hosts.
   *
   * @return a copy
   */
  public LnetConfig withTrustedNetwork() {
    return new LnetConfig(interfaces, mode, port, true, routes, settings, idleLooks);
  }

  /**
   * Changes the port.
   *
   * @param next where all nodes of the network listen
   * @return a copy
   */
  public LnetConfig withPort(int next) {
    return new LnetConfig(interfaces, mode, next, isNetworkTrusted, routes, settings, idleLooks);
  }

  /**
   * Adds a route.
   *
   * @param network where it leads, such as {@code tcp9}
   * @param gateway through whom, such as {@code 10.0.0.1@tcp}
   * @return a copy
   * @throws NidFormatException if a text is none
   */
  public LnetConfig withRoute(String network, String gateway) {
    List<Route> more = new ArrayList<>(routes);
    more.add(new Route(Network.parse(network), Nid.parse(gateway), -1, 0));
    return new LnetConfig(interfaces, mode, port, isNetworkTrusted, more, settings, idleLooks);
  }

  /**
   * Changes times and bounds.
   *
   * @param next the settings
   * @return a copy
   */
  public LnetConfig withSettings(LnetSettings next) {
    return new LnetConfig(interfaces, mode, port, isNetworkTrusted, routes, next, idleLooks);
  }

  /**
   * Changes how long the node looks for more work before it sleeps.
   *
   * @param next empty turns
   * @return a copy
   */
  public LnetConfig withIdleLooks(int next) {
    return new LnetConfig(interfaces, mode, port, isNetworkTrusted, routes, settings, next);
  }

  private static LnetConfig of(IdentityMode mode, List<String> interfaces) {
    List<Nid> nids = interfaces.stream().map(LnetConfig::nid).toList();
    return new LnetConfig(
        nids,
        mode,
        mode.defaultPort(),
        false,
        List.of(),
        LnetSettings.defaults(),
        USUAL_IDLE_LOOKS);
  }

  private static Nid nid(String text) {
    try {
      return Nid.parse(text.contains("@") ? text : text + "@tcp");
    } catch (NidFormatException e) {
      throw new LnetException(
          LnetException.CONFIG, "interface=" + text + " is no NID: " + e.getMessage(), e);
    }
  }

  /** Refuses interfaces that reach other hosts, unless their network was said to be trusted. */
  void requireTrust() {
    for (Nid each : interfaces) {
      if (!isNetworkTrusted && !each.inetAddress().isLoopbackAddress()) {
        throw wrong(
            "interface="
                + each
                + " reaches other hosts, and in mode="
                + mode
                + " nothing is encrypted and nobody proves who he is; if only trusted hosts are on"
                + " that network, say so by withTrustedNetwork()");
      }
    }
  }

  private static LnetException wrong(String message) {
    return new LnetException(LnetException.CONFIG, message, null);
  }
}
