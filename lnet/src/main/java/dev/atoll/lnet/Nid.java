/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The address of one network interface of a node, as {@code 10.77.0.11@tcp}.
 *
 * <p>A NID is a network and an address on it, of 4 bytes or of 16. On the wire it has two forms.
 * The old one, of 8 bytes, holds 4-byte addresses alone; it is little-endian there, and a {@code
 * long} here:
 *
 * <pre>{@code
 *  63      56 55      48 47               32 31                              0
 * +----------+----------+-------------------+---------------------------------+
 * |    0     |   type   |  network number   |            address              |
 * +----------+----------+-------------------+---------------------------------+
 * }</pre>
 *
 * <p>The new one, of 20 bytes, holds both, and is big-endian inside:
 *
 * <pre>{@code
 *  0         1         2                   4                                20
 * +---------+---------+-------------------+----------------------------------+
 * |  size   |  type   |  network number   |  address, then zero              |
 * +---------+---------+-------------------+----------------------------------+
 *   size is the length of the address less 4, so 0 or 12
 * }</pre>
 *
 * <p>{@link #ANY} is all ones in both forms. Other sizes, and anything but zero behind a short
 * address, are refused.
 *
 * <p>Immutable, compared by value; {@link #compareTo} is the order that settles races between
 * connections. {@code equals}, {@code hashCode} and the packed forms allocate nothing.
 */
public final class Nid implements Comparable<Nid> {
  /** Length of the old form. */
  public static final int NID4_BYTES = 8;

  /** Length of the new form. */
  public static final int BYTES = 20;

  /** Stands for any NID where a wildcard may stand; prints as {@code <?>}. */
  public static final Nid ANY = new Nid(-1, -1, -1);

  /** The node itself, {@code 0@lo}. */
  public static final Nid LOOPBACK = new Nid(NetworkType.LO.code() << 16, 0, 0);

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

  private static final long NID4_ANY = -1;
  private static final int LARGE_SIZE = 12;

  /** The first four bytes of the new form: size, type, number. */
  private final int prefix;

  /** The first eight bytes of the address field of the new form. */
  private final long high;

  /** The last eight bytes of the address field of the new form. */
  private final long low;

  private final Network network;

  private Nid(int prefix, long high, long low) {
    this.prefix = prefix;
    this.high = high;
    this.low = low;
    this.network = Network.ofCode(prefix & 0xff_ffff);
  }

  /**
   * Makes a NID of the words of its new form.
   *
   * @param prefix size, type and network number, from the top
   * @param high the first eight bytes of the address field
   * @param low the last eight
   * @return the NID
   * @throws IllegalArgumentException if {@link #isNid} refuses the words
   */
  public static Nid ofWords(int prefix, long high, long low) {
    if (!isNid(prefix, high, low)) {
      throw new IllegalArgumentException(
          String.format("prefix=0x%08x high=0x%016x low=0x%016x", prefix, high, low));
    }
    return prefix == -1 ? ANY : new Nid(prefix, high, low);
  }

  /**
   * Tells whether the words of a new form are a NID.
   *
   * @param prefix size, type and network number, from the top
   * @param high the first eight bytes of the address field
   * @param low the last eight
   * @return whether {@link #ofWords} takes them
   */
  public static boolean isNid(int prefix, long high, long low) {
    return switch (prefix >>> 24) {
      case 0 -> low == 0 && (int) high == 0;
      case LARGE_SIZE -> true;
      case 0xff -> prefix == -1 && high == -1 && low == -1;
      default -> false;
    };
  }

  /**
   * Makes a NID of its old form.
   *
   * @param nid4 type, network number and address, or all ones
   * @return the NID
   * @throws IllegalArgumentException if {@link #isNid4} refuses the number
   */
  public static Nid ofNid4(long nid4) {
    if (!isNid4(nid4)) {
      throw new IllegalArgumentException("nid4=0x" + Long.toHexString(nid4));
    }
    return nid4 == NID4_ANY ? ANY : new Nid((int) (nid4 >>> 32), nid4 << 32, 0);
  }

  /**
   * Tells whether a number is the old form of a NID.
   *
   * @param nid4 the number
   * @return whether {@link #ofNid4} takes it
   */
  public static boolean isNid4(long nid4) {
    return nid4 >>> 56 == 0 || nid4 == NID4_ANY;
  }

  /**
   * Makes a NID of an address of the Internet Protocol.
   *
   * @param network a network whose addresses are such
   * @param address the address; a scope is left out
   * @return the NID
   * @throws IllegalArgumentException if the network has no such addresses
   */
  public static Nid of(Network network, InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean fits = network.type().map(type -> fits(type, bytes.length)).orElse(false);
    if (!fits) {
      throw new IllegalArgumentException("network=" + network + " address=" + address);
    }
    MemorySegment segment = MemorySegment.ofArray(bytes);
    return bytes.length == Integer.BYTES
        ? ofAddress(network, segment.get(INT, 0))
        : ofAddress(network, segment.get(LONG, 0), segment.get(LONG, Long.BYTES));
  }

  /**
   * Makes a NID of a 4-byte address.
   *
   * @param network the network
   * @param address the address, its first byte on top
   * @return the NID
   */
  public static Nid ofAddress(Network network, int address) {
    return new Nid(network.code(), (long) address << 32, 0);
  }

  /**
   * Makes a NID of a 16-byte address.
   *
   * @param network the network
   * @param high the first eight bytes of the address
   * @param low the last eight
   * @return the NID
   */
  public static Nid ofAddress(Network network, long high, long low) {
    return new Nid(LARGE_SIZE << 24 | network.code(), high, low);
  }

  /**
   * Reads a NID's text.
   *
   * @param text such as {@code 10.0.0.1@tcp}, {@code fd77::1@tcp1}, {@code 0x1f@gni}; without
   *     {@code @} it is on {@code tcp}; what stands before {@code @lo} does not matter
   * @return the NID
   * @throws NidFormatException if the text is none; {@code <?>} is none
   */
  public static Nid parse(String text) {
    return NidText.nid("nid", text);
  }

  /**
   * Tells whether the new form of a NID stands at a place.
   *
   * @param segment memory of foreign origin, with {@link #BYTES} bytes there
   * @param offset where
   * @return whether {@link #readFrom} takes them
   */
  public static boolean isNid(MemorySegment segment, long offset) {
    return isNid(
        segment.get(INT, offset), segment.get(LONG, offset + 4), segment.get(LONG, offset + 12));
  }

  /**
   * Reads the new form.
   *
   * @param segment memory that nobody changes meanwhile
   * @param offset where the {@link #BYTES} bytes begin
   * @return the NID
   * @throws IllegalArgumentException if {@link #isNid(MemorySegment, long)} refuses the bytes
   */
  public static Nid readFrom(MemorySegment segment, long offset) {
    return ofWords(
        segment.get(INT, offset), segment.get(LONG, offset + 4), segment.get(LONG, offset + 12));
  }

  /**
   * Writes the new form.
   *
   * @param segment where to
   * @param offset where the {@link #BYTES} bytes begin
   */
  public void writeTo(MemorySegment segment, long offset) {
    segment.set(INT, offset, prefix);
    segment.set(LONG, offset + 4, high);
    segment.set(LONG, offset + 12, low);
  }

  /**
   * Gives the old form.
   *
   * @return what {@link #ofNid4} takes
   * @throws IllegalStateException if the NID is large
   */
  public long nid4() {
    if (isLarge()) {
      throw new IllegalStateException("nid=" + this + " has no 8-byte form");
    }
    return isAny() ? NID4_ANY : (long) prefix << 32 | high >>> 32;
  }

  /**
   * Tells whether the address has 16 bytes, so that the old form cannot hold the NID.
   *
   * @return whether it has; false for {@link #ANY}
   */
  public boolean isLarge() {
    return prefix >>> 24 == LARGE_SIZE;
  }

  /**
   * Tells whether this is {@link #ANY}.
   *
   * @return whether it is
   */
  public boolean isAny() {
    return prefix == -1;
  }

  /**
   * Tells whether this is an address of the node itself.
   *
   * @return whether it is on {@code lo}
   */
  public boolean isLoopback() {
    return network.isOf(NetworkType.LO);
  }

  /**
   * Gives the network that the address is on.
   *
   * @return the network; of no meaning for {@link #ANY}
   */
  public Network network() {
    return network;
  }

  /**
   * Gives a 4-byte address.
   *
   * @return the address, its first byte on top
   * @throws IllegalStateException if the NID is large
   */
  public int address4() {
    return (int) nid4();
  }

  /**
   * Tells whether the address is one of the Internet Protocol.
   *
   * @return whether {@link #inetAddress} gives it
   */
  public boolean hasInetAddress() {
    return network.type().map(type -> fits(type, isLarge() ? 16 : 4)).orElse(false);
  }

  /**
   * Gives the address where a node listens that has this NID.
   *
   * @return an {@link Inet4Address} or {@link Inet6Address} without a scope
   * @throws IllegalStateException if the network has other addresses
   */
  public InetAddress inetAddress() {
    if (!hasInetAddress()) {
      throw new IllegalStateException("nid=" + this + " has no internet address");
    }
    byte[] bytes = new byte[isLarge() ? 16 : 4];
    MemorySegment segment = MemorySegment.ofArray(bytes);
    try {
      if (!isLarge()) {
        segment.set(INT, 0, (int) (high >>> 32));
        return InetAddress.getByAddress(bytes);
      }
      segment.set(LONG, 0, high);
      segment.set(LONG, Long.BYTES, low);
      // Not InetAddress: that would make an IPv4 address of ::ffff:1.2.3.4.
      return Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError("addresses of 4 and of 16 bytes exist", e);
    }
  }

  /**
   * Gives the first word of the new form: size, type and network number.
   *
   * @return the word, its first byte on top
   */
  public int prefixWord() {
    return prefix;
  }

  /**
   * Gives the first half of the address field of the new form.
   *
   * @return the word, its first byte on top
   */
  public long highWord() {
    return high;
  }

  /**
   * Gives the second half of the address field of the new form.
   *
   * @return the word, its first byte on top
   */
  public long lowWord() {
    return low;
  }

  /**
   * Compares the new forms byte by byte: size, type, network number, address.
   *
   * <p>When two nodes connect to each other at the same time, the connection of the higher NID
   * stays.
   */
  @Override
  public int compareTo(Nid other) {
    int byPrefix = Integer.compareUnsigned(prefix, other.prefix);
    if (byPrefix != 0) {
      return byPrefix;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Nid nid && nid.hasWords(prefix, high, low));
  }

  @Override
  public int hashCode() {
    return hash(prefix, high, low);
  }

  /**
   * Prints the NID as Lustre does: {@code 10.0.0.1@tcp}, {@code 0@lo}, {@code a@<77:0>} for a
   * network of unknown type, {@code <?>} for {@link #ANY}.
   */
  @Override
  public String toString() {
    return NidText.print(this);
  }

  boolean hasWords(int prefix, long high, long low) {
    return this.prefix == prefix && this.high == high && this.low == low;
  }

  static int hash(int prefix, long high, long low) {
    long mixed = (high ^ Long.rotateLeft(low, 29) ^ prefix) * 0x9e37_79b9_7f4a_7c15L;
    return (int) (mixed >>> 32);
  }

  private static boolean fits(NetworkType type, int addressBytes) {
    return switch (type.addressForm()) {
      case IP -> true;
      case IP4 -> addressBytes == Integer.BYTES;
      case NUMBER, HEX_NUMBER, LOOPBACK, NONE -> false;
    };
  }
}
