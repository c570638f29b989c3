/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

/** What a connection is for, as its own end sees it. */
public enum ConnectionType {
  /** Anything; used by nobody of today. */
  ANY(0, 'A'),

  /** Short messages, both ways. */
  CONTROL(1, 'C'),

  /** Long messages that come in. */
  BULK_IN(2, 'I'),

  /** Long messages that go out. */
  BULK_OUT(3, 'O'),

  /** Not a connection: the answer that refuses one. */
  NONE(0xffff_ffff, 'N');

  private static final ConnectionType[] ALL = values();

  private final int code;
  private final char letter;

  ConnectionType(int code, char letter) {
    this.code = code;
    this.letter = letter;
  }

  /**
   * Gives the number on the wire.
   *
   * @return the code, an unsigned number
   */
  public int code() {
    return code;
  }

  /**
   * Gives the letter that lctl prints.
   *
   * @return A, C, I or O; N for {@link #NONE}
   */
  public char letter() {
    return letter;
  }

  /**
   * Gives the type that the other end sees.
   *
   * @return the same with in and out exchanged
   */
  public ConnectionType inverse() {
    return switch (this) {
      case BULK_IN -> BULK_OUT;
      case BULK_OUT -> BULK_IN;
      case ANY, CONTROL, NONE -> this;
    };
  }

  /**
   * Tells whether a number is one of these.
   *
   * @param code from the wire
   * @return whether {@link #ofCode} takes it
   */
  public static boolean isKnown(int code) {
    return (code >= ANY.code && code <= BULK_OUT.code) || code == NONE.code;
  }

  /**
   * Finds a type by its number.
   *
   * @param code from the wire, checked by {@link #isKnown}
   * @return the type
   */
  public static ConnectionType ofCode(int code) {
    return code == NONE.code ? NONE : ALL[code];
  }
}
