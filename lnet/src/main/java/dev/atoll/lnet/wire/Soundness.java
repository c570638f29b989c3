/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

/**
 * What a decoder says of bytes it was given.
 *
 * <p>Decoders of what arrives in parts answer with a positive number while there is too little: as
 * many bytes must be there, all told, before it makes sense to ask again. Zero is {@link #SOUND};
 * whatever is negative will not get better with more bytes.
 */
public final class Soundness {
  /** The bytes are there and make sense. */
  public static final int SOUND = 0;

  /** The first word is none that the structure can begin with. */
  public static final int FOREIGN_MAGIC = -1;

  /** The structure has a version that nobody knows here. */
  public static final int UNKNOWN_VERSION = -2;

  /** The first word asks which protocol is spoken here, by Lustre's unified magic. */
  public static final int PROTOCOL_QUERY = -3;

  /** Bytes that should be a NID are none. */
  public static final int BAD_NID = -4;

  /** The type of a message, or of a connection, is none. */
  public static final int UNKNOWN_TYPE = -5;

  /** A list is longer than it may be, or shorter than it must be. */
  public static final int BAD_COUNT = -6;

  /** An address that must not be zero is. */
  public static final int ZERO_ADDRESS = -7;

  /** The bytes end before the structure does, and no more will come. */
  public static final int TRUNCATED = -8;

  /** The sender lacks a feature that everyone must have. */
  public static final int MISSING_FEATURE = -9;

  /** The list of interfaces does not begin with the loopback interface. */
  public static final int NO_LOOPBACK = -10;

  /** A length contradicts another one, or is beyond all reason. */
  public static final int BAD_LENGTH = -11;

  private Soundness() {}

  /**
   * Puts an answer into words.
   *
   * @param soundness what a decoder said
   * @return a phrase for a message
   */
  public static String describe(int soundness) {
    if (soundness > SOUND) {
      return "incomplete, needs " + soundness + " bytes";
    }
    return switch (soundness) {
      case SOUND -> "sound";
      case FOREIGN_MAGIC -> "foreign magic";
      case UNKNOWN_VERSION -> "unknown version";
      case PROTOCOL_QUERY -> "protocol query";
      case BAD_NID -> "malformed NID";
      case UNKNOWN_TYPE -> "unknown type";
      case BAD_COUNT -> "bad count";
      case ZERO_ADDRESS -> "address of zero";
      case TRUNCATED -> "truncated";
      case MISSING_FEATURE -> "missing feature";
      case NO_LOOPBACK -> "no loopback entry";
      case BAD_LENGTH -> "bad length";
      default -> "soundness=" + soundness;
    };
  }
}
