/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.DaemonNetwork;
import dev.atoll.LnetInterfaces;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Makes the plan of a node's network of a configuration file: the parts that {@code lnetctl} knows,
 * and {@code security} and {@code lnet}, which only Atoll has.
 */
final class NetworkPlanReader {
  private static final Set<String> SECURITY = Set.of("identity", "trusted-network");
  private static final Set<String> LNET = Set.of("port");
  private static final List<String> OF_NETWORKS =
      List.of("peer", "route", "global", "security", "lnet");
  private static final int PORT_MAX = 65_535;

  private NetworkPlanReader() {}

  /** Reads the parts; null if there is no network. */
  static @Nullable DaemonNetwork read(YamlMap top) {
    NetworkPart part = NetworkPartReader.read(top);
    if (part.nets().isEmpty()) {
      for (String key : OF_NETWORKS) {
        if (top.has(key)) {
          throw new ConfigFault(
              top.lineOf(key), "'" + key + "' says something of a network, and there is no 'net'");
        }
      }
      return null;
    }
    Map<Nid, String> words = interfaces(top, part);
    try {
      return new DaemonNetwork(
          config(top, part, new ArrayList<>(words.keySet())), words, peers(part));
    } catch (LnetException e) {
      throw new ConfigFault(top.lineOf("net"), String.valueOf(e.getMessage()));
    }
  }

  private static Map<Nid, String> interfaces(YamlMap top, NetworkPart part) {
    Map<Nid, String> words = new LinkedHashMap<>();
    for (NetworkPart.Net net : part.nets()) {
      for (NetworkPart.Local local : net.locals()) {
        for (String word : local.interfaces()) {
          Nid nid = nid(top, net.network(), word);
          if (words.put(nid, word) != null) {
            throw new ConfigFault(top.lineOf("net"), "the interface " + nid + " stands twice");
          }
        }
      }
    }
    return words;
  }

  private static Nid nid(YamlMap top, String network, String word) {
    try {
      return LnetInterfaces.nid(Network.parse(network), word);
    } catch (LnetException | IllegalArgumentException e) {
      throw new ConfigFault(top.lineOf("net"), String.valueOf(e.getMessage()));
    }
  }

  private static Map<Nid, List<Nid>> peers(NetworkPart part) {
    Map<Nid, List<Nid>> peers = new HashMap<>();
    part.peers()
        .forEach(peer ->
            peers.put(
                Nid.parse(peer.primary()),
                peer.isMultiRail() ? peer.nids().stream().map(Nid::parse).toList() : List.of()));
    return peers;
  }

  private static LnetConfig config(YamlMap top, NetworkPart part, List<Nid> interfaces) {
    Optional<Node> securityNode = top.node("security");
    IdentityMode mode = IdentityMode.PLAIN;
    boolean isTrusted = false;
    if (securityNode.isPresent()) {
      YamlMap security = YamlMap.of("security", securityNode.get(), SECURITY);
      mode = mode(security);
      isTrusted = security.flag("trusted-network", false);
    }
    refuseUntrusted(top, interfaces, isTrusted);
    int port = mode.defaultPort();
    Optional<Node> lnetNode = top.node("lnet");
    if (lnetNode.isPresent()) {
      port = (int) YamlMap.of("lnet", lnetNode.get(), LNET).number("port", 1, PORT_MAX, port);
    }
    return new LnetConfig(
        interfaces,
        mode,
        port,
        isTrusted,
        part.routes().stream()
            .map(each ->
                new LnetConfig.Route(
                    Network.parse(each.network()),
                    Nid.parse(each.gateway()),
                    each.hops(),
                    each.priority()))
            .toList(),
        settings(top, part),
        LnetConfig.USUAL_IDLE_LOOKS);
  }

  private static void refuseUntrusted(YamlMap top, List<Nid> interfaces, boolean isTrusted) {
    for (Nid each : interfaces) {
      if (!isTrusted && !each.inetAddress().isLoopbackAddress()) {
        throw new ConfigFault(
            top.lineOf("net"),
            "the interface "
                + each
                + " reaches other hosts, and nothing is encrypted there; if only trusted hosts are"
                + " on that network, write security: {trusted-network: true}");
      }
    }
  }

  private static IdentityMode mode(YamlMap security) {
    String word = security.text("identity").orElse("plain");
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "plain" -> IdentityMode.PLAIN;
      case "lustre" -> IdentityMode.LUSTRE;
      default ->
          throw new ConfigFault(
              security.lineOf("identity"),
              "security.identity is '" + word + "', not plain or lustre");
    };
  }

  private static LnetSettings settings(YamlMap top, NetworkPart part) {
    LnetSettings.Builder builder = LnetSettings.builder();
    LnetSettings usual = LnetSettings.defaults();
    Map<String, Long> globals = part.globals();
    number(globals, "discovery").ifPresent(value -> builder.discovery(value == 1));
    number(globals, "drop_asym_route").ifPresent(value -> builder.dropAsymmetricRoutes(value == 1));
    number(globals, "retry_count").ifPresent(value -> builder.retryCount(Math.toIntExact(value)));
    number(globals, "health_sensitivity")
        .ifPresent(value -> builder.healthSensitivity(Math.toIntExact(value)));
    number(globals, "transaction_timeout")
        .ifPresent(value -> builder.transactionTimeout(Duration.ofSeconds(value)));
    number(globals, "lnd_timeout")
        .ifPresent(value -> builder.lndTimeout(Duration.ofSeconds(value)));
    builder.recoveryInterval(
        number(globals, "recovery_interval")
            .map(Duration::ofSeconds)
            .orElse(Duration.ofNanos(usual.recoveryIntervalNanos())),
        number(globals, "max_recovery_ping_interval")
            .map(Duration::ofSeconds)
            .orElse(Duration.ofNanos(usual.recoveryIntervalMaxNanos())));
    tunable(top, part, "peer_credits").ifPresent(builder::peerCredits);
    tunable(top, part, "credits").ifPresent(builder::interfaceCredits);
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new ConfigFault(top.lineOf("global"), String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Long> number(Map<String, Long> values, String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** A number that interfaces of LNet have each for itself, and those of this node together. */
  private static Optional<Integer> tunable(YamlMap top, NetworkPart part, String name) {
    Integer found = null;
    for (NetworkPart.Net net : part.nets()) {
      for (NetworkPart.Local local : net.locals()) {
        Long value = local.tunables().get(name);
        if (value != null && found != null && value != found.longValue()) {
          throw new ConfigFault(
              top.lineOf("net"), name + " must be the same for all interfaces of this node");
        }
        found = value == null ? found : Integer.valueOf(value.intValue());
      }
    }
    return Optional.ofNullable(found);
  }
}
