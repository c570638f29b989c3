/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.List;

/**
 * How a ping has ended.
 *
 * @param status zero, or a negative errno: EHOSTUNREACH without a way to the peer, ETIMEDOUT after
 *     silence, EPROTO if the answer is none, ECANCELED if the node was closed
 * @param target who was pinged
 * @param nids what it answered: {@code 0@lo} first, then its NIDs; empty if it did not
 * @param features what it announced
 * @param sequence counts the changes of its NIDs
 * @param roundTripNanos how long the answer took
 */
public record PingResult(
    int status,
    ProcessId target,
    List<ProcessId> nids,
    int features,
    int sequence,
    long roundTripNanos) {
  /**
   * Tells whether an answer came.
   *
   * @return whether the status is zero
   */
  public boolean isAnswered() {
    return status == 0;
  }
}
