/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * One interface of the node: an entry of {@code lnetctl net show -v}.
 *
 * @param nid its name
 * @param isUp whether it carries messages
 * @param traffic what it has carried
 * @param credits of the interface; a limit of zero means none are counted
 * @param peerCredits how many messages to one peer it may hold at once
 */
public record InterfaceStatus(
    Nid nid, boolean isUp, TrafficStatus traffic, CreditStatus credits, int peerCredits) {}
