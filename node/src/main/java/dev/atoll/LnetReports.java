/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.link.Report;
import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.InterfaceStatus;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.LnetStatistics;
import dev.atoll.lnet.MessageCounts;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.PeerLink;
import dev.atoll.lnet.PeerStatus;
import dev.atoll.lnet.PingResult;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.RouteStatus;
import dev.atoll.lnet.TrafficStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What a node of LNet tells, with the names and in the order of {@code lnetctl} and {@code lctl}.
 * Counts that this node does not have are zero, as on a kernel node where nothing was counted.
 */
final class LnetReports {
  private static final int FULL_HEALTH = 1000;
  private static final int MULTI_RAIL = PeerStatus.MULTI_RAIL;

  /** What the tools show for a socklnd interface that was told nothing. */
  private static final int PEER_TIMEOUT_SECONDS = 180;

  private static final int INTERFACES_MAX = 4096;
  private static final int ROUTER_SENSITIVITY = 100;
  private static final int ALL_RESPONSES = 3;

  private LnetReports() {}

  static Report.Fields nets(
      List<InterfaceStatus> interfaces, LnetSettings settings, Function<Nid, String> wordOf) {
    Map<Network, List<Report>> byNetwork = new LinkedHashMap<>();
    for (InterfaceStatus each : interfaces) {
      byNetwork
          .computeIfAbsent(each.nid().network(), network -> new ArrayList<>())
          .add(local(each, settings, wordOf.apply(each.nid())));
    }
    List<Report> nets = new ArrayList<>();
    byNetwork.forEach((network, locals) ->
        nets.add(
            Report.fields()
                .text("net type", network.toString())
                .rows("local NI(s)", locals)
                .build()));
    return Report.fields().rows("net", nets).build();
  }

  private static Report local(InterfaceStatus status, LnetSettings settings, String word) {
    boolean isLoopback = status.nid().isLoopback();
    Report.FieldsBuilder fields =
        Report.fields()
            .text("nid", status.nid().toString())
            .text("status", status.isUp() ? "up" : "down");
    if (!isLoopback) {
      fields.put("interfaces", Report.fields().text("0", word).build());
    }
    fields.put("statistics", egress(status.traffic()));
    counts(fields, status.traffic());
    fields.put("health stats", localHealth(isLoopback));
    fields.put(
        "tunables",
        Report.fields()
            .number("peer_timeout", isLoopback ? 0 : PEER_TIMEOUT_SECONDS)
            .number("peer_credits", isLoopback ? 0 : status.peerCredits())
            .number("peer_buffer_credits", 0)
            .number("credits", isLoopback ? 0 : status.credits().limit())
            .build());
    if (!isLoopback) {
      fields.put(
          "lnd tunables",
          Report.fields()
              .number("conns_per_peer", 1)
              .number("timeout", seconds(settings.lndTimeoutNanos()))
              .number("tos", -1)
              .build());
    }
    return fields.number("dev cpt", -1).text("CPT", "[0]").build();
  }

  private static Report.FieldsBuilder totals(TrafficStatus traffic) {
    return Report.fields()
        .number("send_count", traffic.sent().total())
        .number("recv_count", traffic.received().total())
        .number("drop_count", traffic.dropped().total());
  }

  private static Report egress(TrafficStatus traffic) {
    Report.FieldsBuilder fields = totals(traffic);
    for (String what : List.of("put_egress", "get_rtt", "put_ack")) {
      for (String how : List.of("samples", "min_nsec", "max_nsec", "avg_nsec")) {
        fields.number(what + "_" + how, 0);
      }
    }
    return fields.build();
  }

  private static void counts(Report.FieldsBuilder fields, TrafficStatus traffic) {
    fields
        .put("sent_stats", byType(traffic.sent()))
        .put("received_stats", byType(traffic.received()))
        .put("dropped_stats", byType(traffic.dropped()));
  }

  private static Report byType(MessageCounts counts) {
    return Report.fields()
        .number("put", counts.put())
        .number("get", counts.get())
        .number("reply", counts.reply())
        .number("ack", counts.ack())
        .number("hello", 0)
        .build();
  }

  private static Report localHealth(boolean isLoopback) {
    return Report.fields()
        .number("fatal_error", 0)
        .number("health value", isLoopback ? 0 : FULL_HEALTH)
        .number("interrupts", 0)
        .number("dropped", 0)
        .number("aborted", 0)
        .number("no route", 0)
        .number("timeouts", 0)
        .number("error", 0)
        .number("ping_count", 0)
        .number("next_ping", 0)
        .build();
  }

  static Report.Fields peers(List<PeerStatus> peers) {
    Map<Nid, List<PeerStatus>> byPrimary = new LinkedHashMap<>();
    for (PeerStatus each : peers) {
      byPrimary.computeIfAbsent(each.primaryNid(), nid -> new ArrayList<>()).add(each);
    }
    List<Report> rows = new ArrayList<>();
    byPrimary.forEach((primary, members) -> rows.add(peer(primary, members)));
    return Report.fields().rows("peer", rows).build();
  }

  private static Report peer(Nid primary, List<PeerStatus> members) {
    List<Report> nis = new ArrayList<>();
    Set<Nid> rest = new LinkedHashSet<>();
    for (PeerStatus each : members) {
      rest.addAll(each.nids());
    }
    for (PeerStatus each : members) {
      rest.remove(each.id().nid());
      nis.add(peerNi(each));
    }
    for (Nid nid : rest) {
      nis.add(Report.fields().text("nid", nid.toString()).text("state", "NA").build());
    }
    return Report.fields()
        .text("primary nid", primary.toString())
        .flag("Multi-Rail", members.stream().anyMatch(PeerStatus::isMultiRail))
        .rows("peer ni", nis)
        .build();
  }

  private static Report peerNi(PeerStatus status) {
    ProcessId id = status.id();
    Report.FieldsBuilder fields =
        Report.fields()
            .text("nid", id.pid() == ProcessId.LUSTRE_PID ? id.nid().toString() : id.toString())
            .text("state", stateOf(status.link()))
            .number("max_ni_tx_credits", status.credits().limit())
            .number("available_tx_credits", status.credits().left())
            .number("min_tx_credits", status.credits().least())
            .number("tx_q_num_of_buf", status.credits().waiting())
            .number("available_rtr_credits", 0)
            .number("min_rtr_credits", 0)
            .put("statistics", totals(status.traffic()).build());
    counts(fields, status.traffic());
    return fields
        .put(
            "health stats",
            Report.fields()
                .number("health value", status.health().value())
                .number("dropped", status.health().dropped())
                .number("timeout", status.health().timeouts())
                .number("error", status.health().errors())
                .number("network timeout", 0)
                .number("ping_count", status.health().pings())
                .number(
                    "next_ping", TimeUnit.NANOSECONDS.toSeconds(status.health().nextPingNanos()))
                .build())
        .build();
  }

  private static String stateOf(PeerLink link) {
    return switch (link) {
      case UP -> "up";
      case DOWN -> "down";
      case UNKNOWN -> "NA";
    };
  }

  static Report.Fields routes(List<RouteStatus> routes) {
    return Report.fields()
        .rows(
            "route",
            routes.stream()
                .map(each ->
                    Report.fields()
                        .text("net", each.network().toString())
                        .text("gateway", each.gateway().toString())
                        .number("hop", each.hop())
                        .number("priority", each.priority())
                        .text("state", each.isUp() ? "up" : "down")
                        .text("type", each.isMultiHop() ? "multi-hop" : "single-hop")
                        .build())
                .toList())
        .build();
  }

  static Report.Fields connections(List<ConnectionStatus> connections) {
    return Report.fields()
        .rows(
            "connection",
            connections.stream()
                .map(each ->
                    Report.fields()
                        .text("peer", each.neighbour().toString())
                        .text("type", String.valueOf(each.type()))
                        .text("local", each.local().getAddress().getHostAddress())
                        .number("local port", each.local().getPort())
                        .text("remote", each.remote().getAddress().getHostAddress())
                        .number("remote port", each.remote().getPort())
                        .number("version", each.version())
                        .number("sent", each.sentMessages())
                        .number("received", each.receivedMessages())
                        .number("queued", each.queuedMessages())
                        .build())
                .toList())
        .build();
  }

  static Report.Fields global(LnetSettings settings) {
    return Report.fields()
        .put(
            "global",
            Report.fields()
                .number("numa_range", 0)
                .number("max_interfaces", INTERFACES_MAX)
                .number("discovery", settings.isDiscovering() ? 1 : 0)
                .number("drop_asym_route", settings.isDroppingAsymmetricRoutes() ? 1 : 0)
                .number("retry_count", settings.retryCount())
                .number("transaction_timeout", seconds(settings.transactionTimeoutNanos()))
                .number("health_sensitivity", settings.healthSensitivity())
                .number("recovery_interval", seconds(settings.recoveryIntervalNanos()))
                .number("router_sensitivity", ROUTER_SENSITIVITY)
                .number("lnd_timeout", seconds(settings.lndTimeoutNanos()))
                .number("response_tracking", ALL_RESPONSES)
                .number("recovery_limit", 0)
                .number("max_recovery_ping_interval", seconds(settings.recoveryIntervalMaxNanos()))
                .build())
        .build();
  }

  private static long seconds(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  static Report.Fields statistics(LnetStatistics statistics) {
    Report.FieldsBuilder drops = Report.fields();
    statistics.drops().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            each -> drops.number(each.getKey().name().toLowerCase(Locale.ROOT), each.getValue()));
    return Report.fields()
        .put("statistics", totals(statistics))
        .put("dropped", drops.build())
        .build();
  }

  private static Report totals(LnetStatistics statistics) {
    return Report.fields()
        .number("msgs_alloc", statistics.messagesUnderWay())
        .number("msgs_max", 0)
        .number("rst_alloc", statistics.answersAwaited())
        .number("errors", statistics.errorCount())
        .number("send_count", statistics.sendCount())
        .number("resend_count", statistics.resendCount())
        .number("response_timeout_count", statistics.responseTimeoutCount())
        .number("local_interrupt_count", 0)
        .number("local_dropped_count", 0)
        .number("local_aborted_count", 0)
        .number("local_no_route_count", statistics.localNoRouteCount())
        .number("local_timeout_count", statistics.localTimeoutCount())
        .number("local_error_count", 0)
        .number("remote_dropped_count", 0)
        .number("remote_error_count", 0)
        .number("remote_timeout_count", 0)
        .number("network_timeout_count", 0)
        .number("failed_resends", statistics.failedResends())
        .number("successful_resends", statistics.successfulResends())
        .number("recv_count", statistics.recvCount())
        .number("route_count", 0)
        .number("drop_count", statistics.dropCount())
        .number("send_length", statistics.sendLength())
        .number("recv_length", statistics.recvLength())
        .number("route_length", 0)
        .number("drop_length", statistics.dropLength())
        .build();
  }

  static Report.Fields ping(PingResult result) {
    Optional<ProcessId> primary =
        result.nids().stream().filter(each -> !each.nid().isLoopback()).findFirst();
    return Report.fields()
        .rows(
            "ping",
            List.of(
                Report.fields()
                    .text("primary nid", primary.orElse(result.target()).nid().toString())
                    .flag("Multi-Rail", (result.features() & MULTI_RAIL) != 0)
                    .rows(
                        "peer_ni", result.nids().stream().map(each -> nidRow(each.nid())).toList())
                    .number("pid", result.nids().isEmpty() ? 0 : result.nids().getFirst().pid())
                    .number("round trip nsec", result.roundTripNanos())
                    .build()))
        .build();
  }

  static Report.Fields discover(PeerStatus peer) {
    return Report.fields()
        .rows(
            "discover",
            List.of(
                Report.fields()
                    .text("primary nid", peer.primaryNid().toString())
                    .flag("Multi-Rail", peer.isMultiRail())
                    .rows("peer_ni", peer.nids().stream().map(LnetReports::nidRow).toList())
                    .build()))
        .build();
  }

  private static Report nidRow(Nid nid) {
    return Report.fields().text("nid", nid.toString()).build();
  }
}
