/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import java.time.Duration;
import java.util.List;

/**
 * How {@link Node#attachOrStart(java.nio.file.Path, DaemonOptions)} starts a daemon where none
 * runs; one that runs already stays as it is.
 *
 * @param idleExit how long the daemon stays without a session
 * @param patience how long to wait until a daemon answers
 * @param jvmOptions further options of its virtual machine, such as {@code -Xmx64m}
 * @param isLasting whether the node attaches again by itself when the daemon has died
 */
public record DaemonOptions(
    Duration idleExit, Duration patience, List<String> jvmOptions, boolean isLasting) {
  private static final Duration IDLE_EXIT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Checks the times and copies the list. */
  public DaemonOptions {
    if (idleExit.isNegative() || idleExit.isZero()) {
      throw new IllegalArgumentException("idleExit=" + idleExit + " is not positive");
    }
    if (patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("patience=" + patience + " is not positive");
    }
    jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * Gives the defaults: it leaves after 30 seconds without a session, and a start may take 30.
   *
   * @return the options
   */
  public static DaemonOptions standard() {
    return new DaemonOptions(IDLE_EXIT, PATIENCE, List.of(), true);
  }

  /**
   * Gives the same options with another time to stay.
   *
   * @param next how long the daemon stays without a session
   * @return the changed copy
   */
  public DaemonOptions withIdleExit(Duration next) {
    return new DaemonOptions(next, patience, jvmOptions, isLasting);
  }

  /**
   * Gives the same options with another time to wait.
   *
   * @param next how long to wait until a daemon answers
   * @return the changed copy
   */
  public DaemonOptions withPatience(Duration next) {
    return new DaemonOptions(idleExit, next, jvmOptions, isLasting);
  }

  /**
   * Gives the same options with other options of the virtual machine.
   *
   * @param next the options, after those that are always given
   * @return the changed copy
   */
  public DaemonOptions withJvmOptions(List<String> next) {
    return new DaemonOptions(idleExit, patience, next, isLasting);
  }

  /**
   * Gives the same options with another answer to the death of the daemon.
   *
   * @param next whether the node attaches again by itself
   * @return the changed copy
   */
  public DaemonOptions withLasting(boolean next) {
    return new DaemonOptions(idleExit, patience, jvmOptions, next);
  }
}
