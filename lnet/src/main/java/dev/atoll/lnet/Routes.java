/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ways to networks that this node has no interface on: each leads through a gateway on a
 * network that it has. This node forwards nothing itself.
 *
 * <p>Messages to one node always take the same of several equal ways, so that they stay in order.
 * Belongs to the loop.
 */
final class Routes {
  /** The most routes to one network. */
  static final int PER_NETWORK_MAX = 64;

  private final Map<Network, List<Route>> byNetwork = new HashMap<>();
  private final Map<Nid, Gateway> gateways = new HashMap<>();

  /** One way to a network. */
  static final class Route {
    final Network network;
    final Gateway gateway;
    final int hop;
    final int priority;

    Route(Network network, Gateway gateway, int hop, int priority) {
      this.network = network;
      this.gateway = gateway;
      this.hop = hop;
      this.priority = priority;
    }

    boolean isUp() {
      return gateway.isForwarding && !gateway.downNetworks.contains(network);
    }

    /** The gateway has no interface there, so more gateways come behind it. */
    boolean isMultiHop() {
      return !gateway.networks.contains(network);
    }

    boolean isBetterThan(Route other) {
      return priority != other.priority
          ? priority < other.priority
          : effectiveHops() < other.effectiveHops();
    }

    boolean isAsGoodAs(Route other) {
      return priority == other.priority && effectiveHops() == other.effectiveHops();
    }

    int effectiveHops() {
      return hop < 1 ? 1 : hop;
    }
  }

  /** A node that forwards. Down until it has answered a ping. */
  static final class Gateway {
    final Nid nid;
    boolean isForwarding;

    /** Where it has interfaces, and where none of these is up. */
    List<Network> networks = List.of();

    List<Network> downNetworks = List.of();
    int routes;

    Gateway(Nid nid) {
      this.nid = nid;
    }
  }

  /** Adds a way; false if it is there already. */
  boolean add(Network network, Nid nid, int hop, int priority) {
    List<Route> ways = byNetwork.computeIfAbsent(network, none -> new ArrayList<>());
    if (ways.stream().anyMatch(each -> each.gateway.nid.equals(nid))) {
      return false;
    }
    if (ways.size() >= PER_NETWORK_MAX) {
      throw new IllegalArgumentException(
          "network=" + network + " has routes=" + ways.size() + " already, the most there can be");
    }
    Gateway gateway = gateways.computeIfAbsent(nid, Gateway::new);
    gateway.routes++;
    ways.add(new Route(network, gateway, hop, priority));
    return true;
  }

  /** Removes a way; false if there is none such. */
  boolean remove(Network network, Nid nid) {
    List<Route> ways = byNetwork.getOrDefault(network, List.of());
    for (Route each : ways) {
      if (each.gateway.nid.equals(nid)) {
        ways.remove(each);
        each.gateway.routes--;
        if (each.gateway.routes == 0) {
          gateways.remove(nid);
        }
        if (ways.isEmpty()) {
          byNetwork.remove(network);
        }
        return true;
      }
    }
    return false;
  }

  @Nullable Gateway gateway(Nid nid) {
    return gateways.get(nid);
  }

  /** The gateway for a destination, or null if none is up. */
  @Nullable Nid gatewayFor(Nid destination) {
    Route best = bestTo(destination);
    return best == null ? null : best.gateway.nid;
  }

  /** The best way that is up. */
  @Nullable Route bestTo(Nid destination) {
    List<Route> ways = byNetwork.get(destination.network());
    if (ways == null) {
      return null;
    }
    Route best = null;
    int equals = 0;
    for (int i = 0; i < ways.size(); i++) {
      Route each = ways.get(i);
      if (each.isUp() && (best == null || each.isBetterThan(best))) {
        best = each;
        equals = 1;
      } else if (best != null && each.isUp() && each.isAsGoodAs(best)) {
        equals++;
      }
    }
    return best == null || equals == 1 ? best : choose(ways, best, destination, equals);
  }

  private static Route choose(List<Route> ways, Route best, Nid destination, int equals) {
    int left = Math.floorMod(destination.hashCode(), equals);
    for (int i = 0; i < ways.size(); i++) {
      Route each = ways.get(i);
      if (each.isUp() && each.isAsGoodAs(best) && left-- == 0) {
        return each;
      }
    }
    return best;
  }

  /** Tells whether any route leads to a network, whether it works at the moment or not. */
  boolean isKnown(Network network) {
    return byNetwork.containsKey(network);
  }

  /** Tells whether a node is a gateway to a network, up or not. */
  boolean isGateway(Network network, Nid nid) {
    List<Route> ways = byNetwork.get(network);
    if (ways == null) {
      return false;
    }
    for (int i = 0; i < ways.size(); i++) {
      if (ways.get(i).gateway.nid.equals(nid)) {
        return true;
      }
    }
    return false;
  }

  List<RouteStatus> statuses() {
    return byNetwork.values().stream()
        .flatMap(List::stream)
        .sorted((one, other) -> {
          int byName = one.network.compareTo(other.network);
          return byName != 0 ? byName : one.gateway.nid.compareTo(other.gateway.nid);
        })
        .map(Routes::status)
        .toList();
  }

  private static RouteStatus status(Route each) {
    return new RouteStatus(
        each.network, each.gateway.nid, each.hop, each.priority, each.isUp(), each.isMultiHop());
  }
}
