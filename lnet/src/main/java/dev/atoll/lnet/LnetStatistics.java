/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Map;

/**
 * What a node has done since it was made: {@code lnetctl stats show}, and drops by reason. Names of
 * lnetctl whose counts are missing here are always zero: this node forwards nothing, and can not
 * tell whose fault a failure was.
 *
 * @param messagesUnderWay messages that have not ended ({@code msgs_alloc})
 * @param answersAwaited operations whose answer has not come ({@code rst_alloc})
 * @param sendCount messages that the networks took
 * @param sendLength bytes of their payload
 * @param resendCount tries after the first
 * @param successfulResends messages that left after more than one try
 * @param failedResends messages that did not leave in spite of more than one try
 * @param responseTimeoutCount answers that did not come in time
 * @param localTimeoutCount messages that did not leave in time
 * @param localNoRouteCount messages that there was no way for
 * @param errorCount messages that did not leave ({@code errors})
 * @param recvCount messages that came and were wanted
 * @param recvLength bytes of their payload
 * @param dropCount messages that came and were not wanted
 * @param dropLength bytes of their payload
 * @param drops {@code dropCount} by reason, every reason listed
 */
public record LnetStatistics(
    long messagesUnderWay,
    long answersAwaited,
    long sendCount,
    long sendLength,
    long resendCount,
    long successfulResends,
    long failedResends,
    long responseTimeoutCount,
    long localTimeoutCount,
    long localNoRouteCount,
    long errorCount,
    long recvCount,
    long recvLength,
    long dropCount,
    long dropLength,
    Map<DropReason, Long> drops) {}
