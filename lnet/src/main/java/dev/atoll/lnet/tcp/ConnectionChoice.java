/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.wire.ConnectionType;
import java.util.List;

/** Which connection a frame goes over. */
final class ConnectionChoice {
  /** The types that a node opens, in this order. */
  static final List<ConnectionType> OPENED =
      List.of(ConnectionType.CONTROL, ConnectionType.BULK_IN, ConnectionType.BULK_OUT);

  /** Frames of so many bytes and more are long. */
  static final int LONG_FRAME_BYTES = 1024;

  /** How well a connection suits a frame: not at all, if there is no better one, well. */
  static final int NEVER = 0;

  static final int FALLBACK = 1;
  static final int GOOD = 2;

  private ConnectionChoice() {}

  /**
   * Tells how well a connection suits a message.
   *
   * <pre>
   *                version 3 and 4           version 1 and 2
   *              short       long          short       long
   *   ANY        never       never         good        good
   *   CONTROL    good        fallback      good        fallback
   *   BULK_OUT   fallback    good          fallback    good
   *   BULK_IN    never       never         fallback    fallback
   * </pre>
   *
   * @param type of the connection
   * @param version of the connection
   * @param frameBytes all that goes over the wire for the message
   */
  static int fitness(ConnectionType type, int version, long frameBytes) {
    boolean isLong = frameBytes >= LONG_FRAME_BYTES;
    return switch (type) {
      case ANY -> version >= 3 ? NEVER : GOOD;
      case CONTROL -> isLong ? FALLBACK : GOOD;
      case BULK_OUT -> isLong ? GOOD : FALLBACK;
      case BULK_IN -> version >= 3 ? NEVER : FALLBACK;
      case NONE -> NEVER;
    };
  }

  /**
   * Tells how well a connection suits an acknowledgement or a sign of life. The connections that
   * Lustre never uses for these are the last resort here: a peer that opened nothing else still
   * gets its acknowledgement, and takes it from any connection.
   *
   * @param type of the connection
   * @param version of the connection
   */
  static int noopFitness(ConnectionType type, int version) {
    if (version < 3) {
      return fitness(type, version, 0);
    }
    return type == ConnectionType.BULK_IN ? GOOD : FALLBACK;
  }
}
