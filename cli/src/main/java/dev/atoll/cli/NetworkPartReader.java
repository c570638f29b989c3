/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads the parts of a YAML file that {@code lnetctl} exports and imports: {@code net}, {@code
 * peer}, {@code route} and {@code global}.
 *
 * <p>States and statistics, which an export has and an import does not need, are read over. A value
 * that this node could not follow is refused, unless it is the one that every node begins with.
 */
final class NetworkPartReader {
  /** The names of a file's parts. */
  static final Set<String> PARTS = Set.of("net", "peer", "route", "global", "statistics");

  private static final int ENTRIES_MAX = 1024;
  private static final int SECONDS_MAX = 86_400;

  private static final Set<String> NET = Set.of("net type", "local NI(s)");
  private static final Set<String> STATES =
      Set.of(
          "status",
          "state",
          "statistics",
          "sent_stats",
          "received_stats",
          "dropped_stats",
          "health stats");
  private static final Set<String> LOCAL =
      with(STATES, "nid", "interfaces", "tunables", "lnd tunables", "dev cpt", "CPT");
  private static final Set<String> PEER =
      with(STATES, "primary nid", "Multi-Rail", "peer ni", "peer state");
  private static final Set<String> PEER_NI =
      with(
          STATES,
          "nid",
          "max_ni_tx_credits",
          "available_tx_credits",
          "min_tx_credits",
          "tx_q_num_of_buf",
          "available_rtr_credits",
          "min_rtr_credits",
          "refcount");
  private static final Set<String> ROUTE =
      Set.of("net", "gateway", "hop", "priority", "health_sensitivity", "state", "type");
  private static final Set<String> INDEXES =
      IntStream.range(0, 16).mapToObj(Integer::toString).collect(Collectors.toSet());

  /** What is no number of this node, and the one value that says so. */
  private static final Map<String, Long> FIXED_GLOBALS =
      Map.of(
          "numa_range", 0L,
          "router_sensitivity", 100L,
          "response_tracking", 3L,
          "recovery_limit", 0L);

  private static final Map<String, Long> FIXED_TUNABLES =
      Map.of("peer_buffer_credits", 0L, "conns_per_peer", 1L, "tos", -1L);

  /** What can be told, with its bounds. */
  private static final Map<String, Bounds> GLOBALS =
      Map.of(
          "discovery", new Bounds(0, 1),
          "drop_asym_route", new Bounds(0, 1),
          "retry_count", new Bounds(0, 5),
          "transaction_timeout", new Bounds(1, SECONDS_MAX),
          "lnd_timeout", new Bounds(1, SECONDS_MAX),
          "health_sensitivity", new Bounds(0, 1000),
          "recovery_interval", new Bounds(1, SECONDS_MAX),
          "max_recovery_ping_interval", new Bounds(1, SECONDS_MAX),
          "max_interfaces", new Bounds(1, 4096));

  private static final Map<String, Bounds> TUNABLES =
      Map.of(
          "peer_timeout", new Bounds(0, SECONDS_MAX),
          "peer_credits", new Bounds(1, 65_535),
          "credits", new Bounds(1, 65_535),
          "timeout", new Bounds(1, SECONDS_MAX));

  private record Bounds(long least, long most) {}

  private NetworkPartReader() {}

  private static Set<String> with(Set<String> some, String... more) {
    return java.util.stream.Stream.concat(some.stream(), java.util.Arrays.stream(more))
        .collect(Collectors.toSet());
  }

  /** Reads a file that has nothing but these parts. */
  static NetworkPart read(Optional<Node> tree) {
    return tree.map(root -> read(YamlMap.of("the file", root, PARTS))).orElseGet(NetworkPart::none);
  }

  /** Reads these parts of a file that may have others. */
  static NetworkPart read(YamlMap top) {
    List<NetworkPart.Net> nets = new ArrayList<>();
    for (Node node : top.list("net", ENTRIES_MAX)) {
      YamlMap map = YamlMap.of("net", node, NET);
      Network network = network(map, "net type");
      if (!network.equals(Network.LO)) {
        nets.add(new NetworkPart.Net(network.toString(), locals(map, network)));
      }
    }
    return new NetworkPart(nets, peers(top), routes(top), globals(top));
  }

  private static List<NetworkPart.Local> locals(YamlMap net, Network network) {
    List<NetworkPart.Local> locals = new ArrayList<>();
    for (Node node : net.list("local NI(s)", ENTRIES_MAX)) {
      YamlMap map = YamlMap.of("local NI(s)", node, LOCAL);
      Map<String, Long> tunables = new LinkedHashMap<>();
      numbers(map, "tunables", List.of("peer_credits", "credits"), tunables);
      numbers(map, "lnd tunables", List.of(), tunables);
      locals.add(new NetworkPart.Local(interfaces(map, network), tunables));
    }
    if (locals.isEmpty()) {
      throw new ConfigFault(net.line(), "the network " + network + " has no 'local NI(s)'");
    }
    return locals;
  }

  /** Names or addresses as they are counted; without any, the address of the NID. */
  private static List<String> interfaces(YamlMap map, Network network) {
    Optional<Nid> nid = map.has("nid") ? Optional.of(nid(map, "nid")) : Optional.empty();
    if (nid.isPresent() && !nid.get().network().equals(network)) {
      throw new ConfigFault(
          map.lineOf("nid"), "the NID " + nid.get() + " is of another network than " + network);
    }
    Optional<Node> counted = map.node("interfaces");
    if (counted.isEmpty()) {
      Nid named =
          nid.orElseThrow(() ->
              new ConfigFault(
                  map.line(), "a local NI needs interfaces, such as 0: eth0, or a nid"));
      if (!named.hasInetAddress()) {
        throw new ConfigFault(map.lineOf("nid"), "the NID " + named + " has no IP address");
      }
      return List.of(named.inetAddress().getHostAddress());
    }
    YamlMap words = YamlMap.of("interfaces", counted.get(), INDEXES);
    Map<Integer, String> inOrder = new TreeMap<>();
    INDEXES.forEach(
        index -> words.text(index).ifPresent(word -> inOrder.put(Integer.valueOf(index), word)));
    if (inOrder.isEmpty()) {
      throw new ConfigFault(words.line(), "interfaces is empty; write such as 0: eth0");
    }
    return List.copyOf(inOrder.values());
  }

  private static void numbers(
      YamlMap map, String key, List<String> wanted, Map<String, Long> result) {
    Optional<Node> node = map.node(key);
    if (node.isEmpty()) {
      return;
    }
    Set<String> known =
        key.equals("tunables")
            ? Set.of("peer_timeout", "peer_credits", "peer_buffer_credits", "credits")
            : Set.of("conns_per_peer", "timeout", "tos");
    YamlMap values = YamlMap.of(key, node.get(), known);
    FIXED_TUNABLES.forEach((name, only) -> refuseOther(values, name, only));
    for (String name : TUNABLES.keySet()) {
      if (values.has(name)) {
        Bounds bounds = boundsOf(TUNABLES, name);
        long value = values.number(name, bounds.least(), bounds.most(), 0);
        if (wanted.contains(name)) {
          result.put(name, value);
        }
      }
    }
  }

  private static Bounds boundsOf(Map<String, Bounds> all, String name) {
    return all.getOrDefault(name, new Bounds(0, 0));
  }

  /** A file of another node may say what this one has not, if it says that it is not used: -1. */
  private static void refuseOther(YamlMap values, String name, long only) {
    long value = values.number(name, Long.MIN_VALUE, Long.MAX_VALUE, only);
    if (value != only && value != -1) {
      throw new ConfigFault(
          values.lineOf(name), name + " can only be " + only + ": this node has no other");
    }
  }

  private static List<NetworkPart.Peer> peers(YamlMap top) {
    List<NetworkPart.Peer> peers = new ArrayList<>();
    for (Node node : top.list("peer", ENTRIES_MAX)) {
      YamlMap map = YamlMap.of("peer", node, PEER);
      String primary = nid(map, "primary nid").toString();
      List<String> nids = new ArrayList<>();
      for (Node ni : map.list("peer ni", ENTRIES_MAX)) {
        String nid = nid(YamlMap.of("peer ni", ni, PEER_NI), "nid").toString();
        if (!nid.equals(primary)) {
          nids.add(nid);
        }
      }
      peers.add(new NetworkPart.Peer(primary, nids, map.flag("Multi-Rail", true)));
    }
    return peers;
  }

  private static List<NetworkPart.Route> routes(YamlMap top) {
    List<NetworkPart.Route> routes = new ArrayList<>();
    for (Node node : top.list("route", ENTRIES_MAX)) {
      YamlMap map = YamlMap.of("route", node, ROUTE);
      routes.add(
          new NetworkPart.Route(
              network(map, "net").toString(),
              nid(map, "gateway").toString(),
              (int) map.number("hop", -1, 255, -1),
              (int) map.number("priority", 0, Integer.MAX_VALUE, 0)));
    }
    return routes;
  }

  private static Map<String, Long> globals(YamlMap top) {
    Map<String, Long> globals = new LinkedHashMap<>();
    Optional<Node> node = top.node("global");
    if (node.isEmpty()) {
      return globals;
    }
    YamlMap values =
        YamlMap.of(
            "global",
            node.get(),
            with(GLOBALS.keySet(), FIXED_GLOBALS.keySet().toArray(new String[0])));
    FIXED_GLOBALS.forEach((name, only) -> refuseOther(values, name, only));
    GLOBALS.keySet().stream()
        .sorted()
        .filter(values::has)
        .forEach(name -> {
          Bounds bounds = boundsOf(GLOBALS, name);
          globals.put(name, values.number(name, bounds.least(), bounds.most(), 0));
        });
    return globals;
  }

  private static Network network(YamlMap map, String key) {
    String word =
        map.text(key).orElseThrow(() -> new ConfigFault(map.line(), "'" + key + "' is missing"));
    try {
      return Network.parse(word);
    } catch (NidFormatException e) {
      throw new ConfigFault(map.lineOf(key), String.valueOf(e.getMessage()));
    }
  }

  private static Nid nid(YamlMap map, String key) {
    String word =
        map.text(key).orElseThrow(() -> new ConfigFault(map.line(), "'" + key + "' is missing"));
    try {
      return Nid.parse(word);
    } catch (NidFormatException e) {
      throw new ConfigFault(map.lineOf(key), String.valueOf(e.getMessage()));
    }
  }
}
