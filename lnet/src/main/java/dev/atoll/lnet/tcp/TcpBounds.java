/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/**
 * How much of everything a TCP network keeps at most.
 *
 * @param halfOpen connections that have come in and not said yet who they are; one more closes the
 *     oldest
 * @param neighbours nodes that are connected or being connected to
 * @param queuedMessages messages that wait for one neighbour; one more ends with ENOBUFS
 * @param connectionsPerType connections of each type with one neighbour
 * @param hotSockets sockets that are read in each turn of the loop
 * @param coldAfterLooks looks without data after which a socket is no longer hot
 * @param receiveBytes of the buffer that sockets are read into
 */
public record TcpBounds(
    int halfOpen,
    int neighbours,
    int queuedMessages,
    int connectionsPerType,
    int hotSockets,
    int coldAfterLooks,
    int receiveBytes) {
  private static final int RECEIVE_BYTES_MIN = 16 << 10;

  /** Checks the bounds. */
  public TcpBounds {
    if (halfOpen < 1
        || neighbours < 1
        || queuedMessages < 1
        || connectionsPerType < 1
        || hotSockets < 0
        || coldAfterLooks < 1
        || receiveBytes < RECEIVE_BYTES_MIN) {
      throw new IllegalArgumentException(
          "halfOpen=%d neighbours=%d queuedMessages=%d connectionsPerType=%d hotSockets=%d coldAfterLooks=%d receiveBytes=%d"
              .formatted(
                  halfOpen,
                  neighbours,
                  queuedMessages,
                  connectionsPerType,
                  hotSockets,
                  coldAfterLooks,
                  receiveBytes));
    }
  }

  /**
   * Gives the usual bounds.
   *
   * @return 64 half open, 4096 neighbours, 4096 messages, 1 connection per type, 8 hot sockets,
   *     20,000 looks, 64 KiB
   */
  public static TcpBounds usual() {
    return new TcpBounds(64, 4096, 4096, 1, 8, 20_000, 64 << 10);
  }
}
