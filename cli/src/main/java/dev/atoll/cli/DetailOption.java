/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code -v}: how much to show of interfaces, peers and routes, as {@code lnetctl} counts it. */
final class DetailOption {
  private static final List<String> BY_TYPE =
      List.of("sent_stats", "received_stats", "dropped_stats");
  private static final List<String> ORDINARY =
      List.of(
          "statistics",
          "tunables",
          "lnd tunables",
          "dev cpt",
          "CPT",
          "max_ni_tx_credits",
          "available_tx_credits",
          "min_tx_credits",
          "tx_q_num_of_buf",
          "available_rtr_credits",
          "min_rtr_credits",
          "hop",
          "priority",
          "type");

  private static final int WITH_TYPES = 2;
  private static final int WITH_HEALTH = 3;

  @Option(
      names = {"-v", "--verbose"},
      arity = "0..1",
      fallbackValue = "1",
      paramLabel = "LEVEL",
      description = {
        "Show more: 1 statistics and tunables, 2 also messages by type, 3 also health.",
        "Without LEVEL: 1."
      })
  private int level;

  /** The names of what is not shown. */
  Set<String> hidden() {
    Set<String> names = new HashSet<>();
    if (level < 1) {
      names.addAll(ORDINARY);
    }
    if (level < WITH_TYPES) {
      names.addAll(BY_TYPE);
    }
    if (level < WITH_HEALTH) {
      names.add("health stats");
    }
    return names;
  }

  boolean isPlain() {
    return level < 1;
  }
}
