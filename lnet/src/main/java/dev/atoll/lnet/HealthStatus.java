/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * How well a peer is reached: {@code health stats} of lnetctl.
 *
 * @param value 0 to 1000, full health
 * @param dropped messages that were given up before they left
 * @param timeouts of these, those whose time had passed
 * @param errors tries of a message that the network gave back
 * @param pings recovery pings that were sent since health was last full
 * @param nextPingNanos how long until the next one, zero if none is due
 */
public record HealthStatus(
    int value, long dropped, long timeouts, long errors, int pings, long nextPingNanos) {}
