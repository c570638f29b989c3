/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * How many messages of each type: {@code sent_stats} and the like of lnetctl, whose {@code hello}
 * is always zero.
 *
 * @param put PUTs
 * @param get GETs
 * @param reply REPLYs
 * @param ack ACKs
 */
public record MessageCounts(long put, long get, long reply, long ack) {
  /**
   * Adds all up.
   *
   * @return messages of any type
   */
  public long total() {
    return put + get + reply + ack;
  }
}
