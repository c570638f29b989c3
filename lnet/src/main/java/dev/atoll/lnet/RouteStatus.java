/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * One route: a line of {@code lnetctl route show -v}.
 *
 * @param network where it leads
 * @param gateway through whom
 * @param hop how many gateways are on the way; -1 if that was not said
 * @param priority the lower, the sooner it is taken
 * @param isUp whether the gateway answers and forwards
 * @param isMultiHop whether the gateway has no interface on the network itself
 */
public record RouteStatus(
    Network network, Nid gateway, int hop, int priority, boolean isUp, boolean isMultiHop) {}
