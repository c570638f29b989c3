/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * How many messages the network may still take.
 *
 * @param limit messages that the network may hold at once
 * @param left how many of them are free
 * @param least the fewest that were ever free; negative by the messages that waited
 * @param waiting messages that wait
 */
public record CreditStatus(int limit, int left, int least, int waiting) {}
