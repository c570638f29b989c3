/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import java.util.List;

/**
 * Which controllers this node has and whom they reach: {@code rsm_topology_t}. A value that does
 * not follow later changes; there is nothing to free.
 *
 * <p>Loopback is not listed. A node without a network has no connections.
 *
 * @param localNodeId the node this program is on
 * @param connections one entry per controller
 */
public record Topology(int localNodeId, List<Connections> connections) {
  /** Copies the list. */
  public Topology {
    connections = List.copyOf(connections);
  }

  /**
   * A controller of this node and the controllers it has paths to: {@code rsm_connections_t}.
   *
   * @param controllerName type and number
   * @param hardwareAddress its address on the interconnect
   * @param remotes one entry per path; a node with two paths stands here twice
   */
  public record Connections(
      String controllerName, long hardwareAddress, List<RemoteController> remotes) {
    /** Copies the list. */
    public Connections {
      remotes = List.copyOf(remotes);
    }
  }

  /**
   * The far end of a path: {@code rsm_remote_cntlr_t}.
   *
   * @param nodeId the node it belongs to
   * @param controllerName as that node's programs call it
   * @param hardwareAddress its address on the interconnect
   * @param state whether the path can be used
   */
  public record RemoteController(
      int nodeId, String controllerName, long hardwareAddress, PathState state) {}

  /** Whether a path can be used: {@code connection_state}. */
  public enum PathState {
    /** No link. */
    DOWN(1),
    /** A link, but no messages yet. */
    UP(2),
    /** In use: {@code RSM_CONNECTION_ACTIVE}; the only state to connect in. */
    ACTIVE(3),
    /** About to go down. */
    GOING_DOWN(4);

    private final int number;

    PathState(int number) {
      this.number = number;
    }

    /**
     * Tells the original value.
     *
     * @return 1 to 4
     */
    public int number() {
      return number;
    }
  }
}
