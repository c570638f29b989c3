/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.net.InetSocketAddress;

/**
 * One connection of a network, for people: a line of {@code lctl conn_list}.
 *
 * @param neighbour who is at the other end
 * @param type its letter as lctl prints it, from this node's view: A any, C control, I bulk in, O
 *     bulk out
 * @param local this end
 * @param remote the other end
 * @param version of the network's protocol
 * @param sentMessages messages that left through it
 * @param receivedMessages messages that came through it
 * @param queuedMessages messages that wait for it
 */
public record ConnectionStatus(
    ProcessId neighbour,
    char type,
    InetSocketAddress local,
    InetSocketAddress remote,
    int version,
    long sentMessages,
    long receivedMessages,
    int queuedMessages) {}
