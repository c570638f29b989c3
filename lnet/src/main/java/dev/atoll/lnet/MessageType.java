/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** The messages of LNet, as the header's type field numbers them. */
public enum MessageType {
  /** Tells the initiator of a PUT how much of it was kept. */
  ACK(0),

  /** Carries bytes to a matching memory descriptor of the target. */
  PUT(1),

  /** Asks for bytes of a matching memory descriptor of the target. */
  GET(2),

  /** Carries the bytes that a GET asked for. */
  REPLY(3),

  /** Opens a connection of socklnd version 1; never seen behind the handshake. */
  HELLO(4);

  private static final MessageType[] BY_CODE = values();

  private final int code;

  MessageType(int code) {
    this.code = code;
  }

  /**
   * Gives the number on the wire.
   *
   * @return the code
   */
  public int code() {
    return code;
  }

  /**
   * Tells whether a number is one of these.
   *
   * @param code from the wire
   * @return whether {@link #ofCode} takes it
   */
  public static boolean isKnown(int code) {
    return code >= 0 && code < BY_CODE.length;
  }

  /**
   * Finds a type by its number.
   *
   * @param code from the wire, checked by {@link #isKnown}
   * @return the type
   */
  public static MessageType ofCode(int code) {
    return BY_CODE[code];
  }
}
