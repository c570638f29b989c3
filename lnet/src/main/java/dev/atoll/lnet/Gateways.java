/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.Routes.Gateway;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.Timer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches gateways: pings each when it is added and then again and again. One that does not answer,
 * does not forward, or can not be reached is down. Belongs to the loop.
 */
final class Gateways {
  private final EventLoop loop;
  private final LnetSettings settings;
  private final Routes routes;
  private final Pings pings;
  private final Map<Nid, Timer> timers = new HashMap<>();

  Gateways(EventLoop loop, LnetSettings settings, Routes routes, Pings pings) {
    this.loop = loop;
    this.settings = settings;
    this.routes = routes;
    this.pings = pings;
  }

  /** Begins to watch, unless the gateway is watched already. */
  void watch(Nid nid) {
    if (!timers.containsKey(nid)) {
      check(nid);
    }
  }

  /** Looks at all gateways of a network now, since it has just become reachable. */
  void checkAll(Network network) {
    for (Nid each : List.copyOf(timers.keySet())) {
      if (each.network().code() == network.code()) {
        checkAfter(each, 0);
      }
    }
  }

  /** Ends the watch if no route leads through the gateway any more. */
  void forsake(Nid nid) {
    if (routes.gateway(nid) == null) {
      Timer timer = timers.remove(nid);
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  /** Notes that a neighbour can not be reached; one that could be is looked at again soon. */
  void down(Nid nid) {
    Gateway gateway = routes.gateway(nid);
    if (gateway != null && gateway.isForwarding) {
      gateway.isForwarding = false;
      checkAfter(nid, Math.min(settings.backOffNanos(), settings.gatewayCheckNanos()));
    }
  }

  void close() {
    timers.values().forEach(Timer::cancel);
    timers.clear();
  }

  private void checkAfter(Nid nid, long nanos) {
    Timer before = timers.put(nid, loop.schedule(nanos, () -> check(nid)));
    if (before != null) {
      before.cancel();
    }
  }

  private void check(Nid nid) {
    checkAfter(nid, settings.gatewayCheckNanos());
    int refusal =
        pings.ping(
            ProcessId.of(nid),
            Pings.LIST_LENGTH,
            settings.gatewayTimeoutNanos(),
            answer -> judge(nid, answer));
    if (refusal != 0) {
      down(nid);
    }
  }

  private void judge(Nid nid, PingAnswer answer) {
    Gateway gateway = routes.gateway(nid);
    if (gateway == null) {
      return;
    }
    PingInfo info = answer.info();
    gateway.isForwarding = info != null && !info.has(PingInfo.ROUTING_DISABLED);
    if (info != null) {
      List<Network> up =
          info.interfaces().stream()
              .filter(PingInfo.Interface::isUp)
              .map(each -> each.nid().network())
              .toList();
      gateway.networks = info.interfaces().stream().map(each -> each.nid().network()).toList();
      gateway.downNetworks = gateway.networks.stream().filter(each -> !up.contains(each)).toList();
    }
  }
}
