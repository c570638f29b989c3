/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.Nid;
import java.util.List;
import java.util.Map;

/**
 * The network of a daemon, or of a program that is a node for a while.
 *
 * @param config what its LNet node is to be
 * @param words what its interfaces were called, such as {@code eth0}; others are called by their
 *     address
 * @param peers what is known of other nodes from the start: other names by the first one
 */
public record DaemonNetwork(LnetConfig config, Map<Nid, String> words, Map<Nid, List<Nid>> peers) {
  /** Copies the maps. */
  public DaemonNetwork {
    words = Map.copyOf(words);
    peers = Map.copyOf(peers);
  }

  /**
   * Makes the plan of a network whose node knows nobody yet.
   *
   * @param config what its LNet node is to be
   */
  public DaemonNetwork(LnetConfig config) {
    this(config, Map.of(), Map.of());
  }
}
