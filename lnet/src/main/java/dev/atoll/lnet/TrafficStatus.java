/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * What an interface or a peer has carried since it was made.
 *
 * @param sent messages that the network took
 * @param received messages that arrived and were wanted
 * @param dropped messages that arrived and were not wanted
 */
public record TrafficStatus(MessageCounts sent, MessageCounts received, MessageCounts dropped) {}
