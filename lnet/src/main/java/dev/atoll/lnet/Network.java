/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Optional;

/**
 * One network that LNet talks over: a type and a number, as {@code tcp} or {@code o2ib3}.
 *
 * <p>Immutable. A type that nobody knows is kept by its number, since foreign nodes may name it.
 */
public final class Network implements Comparable<Network> {
  /** The first TCP network, {@code tcp}. */
  public static final Network TCP = new Network(NetworkType.TCP.code(), 0);

  /** The network of a node with itself, {@code lo}. */
  public static final Network LO = new Network(NetworkType.LO.code(), 0);

  /** The largest number a network can have. */
  public static final int MAX_NUMBER = 0xffff;

  static final int MAX_TYPE_CODE = 0xff;

  private final int typeCode;
  private final int number;

  private Network(int typeCode, int number) {
    this.typeCode = typeCode;
    this.number = number;
  }

  /**
   * Names a network.
   *
   * @param type its kind
   * @param number which of the networks of that kind, from 0 to 65535
   * @return the network
   * @throws IllegalArgumentException if the number is out of range, or not 0 on {@code lo}
   */
  public static Network of(NetworkType type, int number) {
    if (number < 0 || number > MAX_NUMBER || (type == NetworkType.LO && number != 0)) {
      throw new IllegalArgumentException("type=" + type + " number=" + number);
    }
    return new Network(type.code(), number);
  }

  /**
   * Makes a network of the 32 bits that Lustre packs it in.
   *
   * @param code type in bits 23 to 16, number in bits 15 to 0, the rest zero
   * @return the network, of a known type or not
   * @throws IllegalArgumentException if a bit above 23 is set
   */
  public static Network ofCode(int code) {
    if (code >>> 24 != 0) {
      throw new IllegalArgumentException("code=0x" + Integer.toHexString(code));
    }
    return new Network(code >>> 16, code & MAX_NUMBER);
  }

  /**
   * Reads a network's text.
   *
   * @param text such as {@code tcp}, {@code tcp0} (the same) or {@code o2ib3}
   * @return the network
   * @throws NidFormatException if the text is none
   */
  public static Network parse(String text) {
    return NidText.network("network", text, text);
  }

  /**
   * Gives the kind of network.
   *
   * @return the type, or empty if nobody knows its number
   */
  public Optional<NetworkType> type() {
    return NetworkType.ofCode(typeCode);
  }

  /**
   * Tells whether the network is of a kind.
   *
   * @param type the kind asked for
   * @return whether it is
   */
  public boolean isOf(NetworkType type) {
    return typeCode == type.code();
  }

  /**
   * Gives the number of the kind on the wire.
   *
   * @return from 0 to 255
   */
  public int typeCode() {
    return typeCode;
  }

  /**
   * Tells which of the networks of this kind it is.
   *
   * @return from 0 to 65535
   */
  public int number() {
    return number;
  }

  /**
   * Packs the network into 32 bits.
   *
   * @return what {@link #ofCode} takes
   */
  public int code() {
    return typeCode << 16 | number;
  }

  @Override
  public int compareTo(Network other) {
    return Integer.compare(code(), other.code());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network network && network.code() == code();
  }

  @Override
  public int hashCode() {
    return code();
  }

  /** Prints the network as Lustre does: {@code tcp}, {@code tcp1}, {@code <77:0>}. */
  @Override
  public String toString() {
    return NidText.print(this);
  }
}
