/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.List;

/**
 * One peer: an entry of {@code lnetctl peer show -v}.
 *
 * @param id who it is
 * @param primaryNid the NID under which all of its NIDs count as one
 * @param nids the NIDs that it has announced, itself alone before discovery
 * @param link whether it is connected
 * @param incarnation the start of its interface, zero before the first connection
 * @param isConfigured whether it was added by hand
 * @param discovery how far its discovery has come
 * @param features what it announced, zero before discovery
 * @param health how well it is reached
 * @param credits towards it
 * @param traffic with it
 */
public record PeerStatus(
    ProcessId id,
    Nid primaryNid,
    List<Nid> nids,
    PeerLink link,
    long incarnation,
    boolean isConfigured,
    DiscoveryState discovery,
    int features,
    HealthStatus health,
    CreditStatus credits,
    TrafficStatus traffic) {

  /** Bit of {@link #features}: the peer takes part in multi-rail. */
  public static final int MULTI_RAIL = 8;

  /**
   * Tells whether the peer takes part in multi-rail, as {@code lnetctl discover} prints it.
   *
   * @return whether it said so
   */
  public boolean isMultiRail() {
    return (features & MULTI_RAIL) != 0;
  }
}
