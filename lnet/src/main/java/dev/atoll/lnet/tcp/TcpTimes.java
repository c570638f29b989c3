/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import java.util.concurrent.TimeUnit;

/**
 * How long a TCP network waits for what.
 *
 * @param acceptNanos until a connection that came in has said who it is
 * @param timeoutNanos until a connection that was begun stands; and how long a message that is half
 *     read or half written may stand still
 * @param keepaliveNanos after how much silence a sign of life is sent
 * @param keepaliveAgainNanos how much later at the earliest the next one is sent
 * @param reconnectMinNanos between an attempt to connect and the next; doubles with each that fails
 * @param reconnectMaxNanos the most that grows to
 */
public record TcpTimes(
    long acceptNanos,
    long timeoutNanos,
    long keepaliveNanos,
    long keepaliveAgainNanos,
    long reconnectMinNanos,
    long reconnectMaxNanos) {

  /** Checks the times. */
  public TcpTimes {
    if (acceptNanos < 1
        || timeoutNanos < 1
        || keepaliveNanos < 1
        || keepaliveAgainNanos < 1
        || reconnectMinNanos < 1
        || reconnectMaxNanos < reconnectMinNanos) {
      throw new IllegalArgumentException(
          "acceptNanos=%d timeoutNanos=%d keepaliveNanos=%d keepaliveAgainNanos=%d reconnectMinNanos=%d reconnectMaxNanos=%d"
              .formatted(
                  acceptNanos,
                  timeoutNanos,
                  keepaliveNanos,
                  keepaliveAgainNanos,
                  reconnectMinNanos,
                  reconnectMaxNanos));
    }
  }

  /**
   * Gives Lustre's times.
   *
   * @return accept 5 s, time-out 50 s, keepalive 30 s and 10 s, reconnect 1 s to 60 s
   */
  public static TcpTimes usual() {
    return new TcpTimes(
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(50),
        TimeUnit.SECONDS.toNanos(30),
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.SECONDS.toNanos(1),
        TimeUnit.SECONDS.toNanos(60));
  }
}
