/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon is to be.
 *
 * @param directory where it listens
 * @param config what its device is told
 * @param idleExit how long it stays without a session; null to stay until it is told to stop
 * @param exports what it offers itself, from its start to its end
 * @param network the LNet network it is a node of; null for none
 */
public record DaemonPlan(
    DeviceDirectory directory,
    DeviceConfig config,
    @Nullable Duration idleExit,
    List<DaemonExport> exports,
    @Nullable DaemonNetwork network) {
  /** Checks the time and copies the list. */
  public DaemonPlan {
    if (idleExit != null && !idleExit.isPositive()) {
      throw new IllegalArgumentException("idleExit=" + idleExit + " is not positive");
    }
    exports = List.copyOf(exports);
  }

  /**
   * Makes the plan of a daemon that stays and offers nothing itself.
   *
   * @param directory where it listens
   * @param config what its device is told
   */
  public DaemonPlan(DeviceDirectory directory, DeviceConfig config) {
    this(directory, config, null, List.of(), null);
  }

  /**
   * Gives the same plan with a time to stay.
   *
   * @param next how long it stays without a session; exports of its own keep it for ever
   * @return the changed copy
   */
  public DaemonPlan withIdleExit(Duration next) {
    return new DaemonPlan(directory, config, next, exports, network);
  }

  /**
   * Gives the same plan with other exports.
   *
   * @param next what it offers itself
   * @return the changed copy
   */
  public DaemonPlan withExports(List<DaemonExport> next) {
    return new DaemonPlan(directory, config, idleExit, next, network);
  }

  /**
   * Gives the same plan with a network.
   *
   * @param next the LNet network it is a node of; it does not keep an idle daemon
   * @return the changed copy
   */
  public DaemonPlan withNetwork(DaemonNetwork next) {
    return new DaemonPlan(directory, config, idleExit, exports, next);
  }
}
