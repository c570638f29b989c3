/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * How one GET for a node's info has ended.
 *
 * @param status zero, or a negative errno
 * @param info what the node says, present if the status is zero
 * @param neededLength how many bytes the info has, if it is longer than was asked for; else zero
 * @param roundTripNanos how long it took
 */
record PingAnswer(int status, @Nullable PingInfo info, int neededLength, long roundTripNanos) {}
