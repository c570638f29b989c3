/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** A NID of the simple peer: its 20-byte form is what it keeps. */
public final class PeerNid {
  /** Matches every NID; all bytes are 0xff. */
  public static final PeerNid ANY = of20(filled((byte) 0xff));

  /** The network of a node with itself. */
  public static final PeerNid LOOPBACK = of4(0x0009_0000_0000_0000L);

  private static final int SIZE = 20;

  private final byte[] bytes;

  private PeerNid(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Reads "address@tcpN"; addresses are IPv4 or IPv6 literals. */
  public static PeerNid of(String text) {
    int at = text.indexOf('@');
    String network = text.substring(at + 1);
    if (network.equals("lo")) {
      return LOOPBACK;
    }
    if (!network.startsWith("tcp")) {
      throw new IllegalArgumentException("text=" + text);
    }
    String number = network.substring("tcp".length());
    try {
      InetAddress address = InetAddress.getByName(text.substring(0, at));
      return of(address, number.isEmpty() ? 0 : Integer.parseInt(number));
    } catch (UnknownHostException unknown) {
      throw new UncheckedIOException(unknown);
    }
  }

  /** The NID of an address on network tcpN. */
  public static PeerNid of(InetAddress address, int number) {
    byte[] raw = address.getAddress();
    byte[] bytes = new byte[SIZE];
    bytes[0] = (byte) (raw.length - 4);
    bytes[1] = 2;
    bytes[2] = (byte) (number >>> 8);
    bytes[3] = (byte) number;
    System.arraycopy(raw, 0, bytes, 4, raw.length);
    return new PeerNid(bytes);
  }

  /** Takes the 8-byte form: type in bits 48 to 55, number in 32 to 47, address below. */
  public static PeerNid of4(long value) {
    if (value == -1) {
      return ANY;
    }
    ByteBuffer buffer = ByteBuffer.allocate(SIZE).order(ByteOrder.BIG_ENDIAN);
    buffer.put((byte) 0).put((byte) (value >>> 48)).putShort((short) (value >>> 32));
    buffer.putInt((int) value);
    return new PeerNid(buffer.array());
  }

  /** Takes the 20-byte form as it stands on the wire. */
  public static PeerNid of20(byte[] bytes) {
    return new PeerNid(Arrays.copyOf(bytes, SIZE));
  }

  private static byte[] filled(byte value) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, value);
    return bytes;
  }

  /** The 8-byte form. */
  public long nid4() {
    if (equals(ANY)) {
      return -1;
    }
    if (isLarge()) {
      throw new IllegalStateException("no 8-byte form: " + this);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
    long type = bytes[1] & 0xff;
    long number = buffer.getShort(2) & 0xffff;
    return (type << 48) | (number << 32) | (buffer.getInt(4) & 0xffffffffL);
  }

  /** The 20-byte form. */
  public byte[] nid20() {
    return bytes.clone();
  }

  /** Whether the address has more than four bytes. */
  public boolean isLarge() {
    return bytes[0] != 0;
  }

  /** The address alone, as TCP needs it. */
  public InetAddress address() {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 4, 8 + (bytes[0] & 0xff)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Compares as the race rule does: byte by byte over the 20-byte form. */
  public boolean isLowerThan(PeerNid other) {
    return Arrays.compareUnsigned(bytes, other.bytes) < 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerNid nid && Arrays.equals(bytes, nid.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    if (bytes[1] == 9) {
      return "0@lo";
    }
    if (bytes[1] != 2) {
      return HexFormat.of().formatHex(bytes);
    }
    int number = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
    return address().getHostAddress() + "@tcp" + (number == 0 ? "" : number);
  }
}
