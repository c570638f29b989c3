/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a YAML file says about a network, in the parts that {@code lnetctl} exports and imports.
 *
 * @param nets interfaces by network; the loopback is left out
 * @param peers peers that are made known
 * @param routes ways to other networks
 * @param globals values of the whole node, by their names
 */
record NetworkPart(
    List<Net> nets, List<Peer> peers, List<Route> routes, Map<String, Long> globals) {
  /**
   * Interfaces of one network.
   *
   * @param network such as {@code tcp1}
   * @param locals the interfaces
   */
  record Net(String network, List<Local> locals) {}

  /**
   * Interfaces that are added together.
   *
   * @param interfaces names or addresses
   * @param tunables by their names
   */
  record Local(List<String> interfaces, Map<String, Long> tunables) {}

  /**
   * A peer.
   *
   * @param primary its first name
   * @param nids its other names
   * @param isMultiRail whether all of them may be used
   */
  record Peer(String primary, List<String> nids, boolean isMultiRail) {}

  /**
   * A way to another network.
   *
   * @param network which
   * @param gateway who forwards
   * @param hops how many routers, -1 for unknown
   * @param priority lower is taken first
   */
  record Route(String network, String gateway, int hops, int priority) {}

  /** Copies all. */
  NetworkPart {
    nets = List.copyOf(nets);
    peers = List.copyOf(peers);
    routes = List.copyOf(routes);
    globals = Collections.unmodifiableMap(new LinkedHashMap<>(globals));
  }

  /** Nothing at all. */
  static NetworkPart none() {
    return new NetworkPart(List.of(), List.of(), List.of(), Map.of());
  }
}
