/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of NIDs on one network, as Lustre's configuration writes it.
 *
 * <p>The text is addresses, {@code @}, and a network. The addresses are one of
 *
 * <ul>
 *   <li>{@code *}: all of them;
 *   <li>{@code 10.[0-3].*.[1-9/2]}: each part a number, {@code *}, or a list in brackets of
 *       numbers, ranges, and ranges with a stride, which takes 1, 3, 5, 7 and 9 here; {@code 7/2}
 *       goes from 7 to the end;
 *   <li>{@code 192.168.1.0/24}, {@code fd77::/64}: all that begin with the same bits;
 *   <li>{@code fd77::1}: one IPv6 address;
 *   <li>{@code 31}, {@code [1-64]}: numbers, on networks that have such.
 * </ul>
 *
 * <p>Immutable; {@link #contains} allocates nothing.
 */
public final class NidRange {
  /** No valid text of one range is longer. */
  static final int MAX_CHARS = 1024;

  /** No text may list more ranges. */
  static final int MAX_RANGES = 1024;

  private static final String WHAT = "nid range";
  private static final long MAX_U32 = 0xffff_ffffL;

  private final Network network;
  private final Addresses addresses;
  private final String text;

  private NidRange(Network network, Addresses addresses, String text) {
    this.network = network;
    this.addresses = addresses;
    this.text = text;
  }

  /**
   * Reads the text of one range.
   *
   * @param text such as {@code 10.77.0.[1-9]@tcp}
   * @return the range
   * @throws NidFormatException if the text is none
   */
  public static NidRange parse(String text) {
    NidText.checkLength(WHAT, text, MAX_CHARS);
    int at = text.indexOf('@');
    if (at < 0) {
      throw new NidFormatException(WHAT, text, "has no '@'");
    }
    Network network = NidText.network(WHAT, text, text.substring(at + 1));
    NetworkType type =
        network.type().orElseThrow(() -> new AssertionError("parsed network=" + network));
    return new NidRange(network, addresses(type, text, text.substring(0, at)), text);
  }

  /**
   * Reads the text of several ranges.
   *
   * @param text ranges with blanks between them; none is fine
   * @return the ranges, in order
   * @throws NidFormatException if one is none, or there are too many
   */
  public static List<NidRange> parseList(String text) {
    List<NidRange> ranges = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      if (text.charAt(from) == ' ') {
        from++;
        continue;
      }
      int blank = text.indexOf(' ', from);
      int end = blank < 0 ? text.length() : blank;
      ranges.add(parse(text.substring(from, end)));
      if (ranges.size() > MAX_RANGES) {
        throw new NidFormatException(WHAT, "…", "one of more than " + MAX_RANGES);
      }
      from = end;
    }
    return List.copyOf(ranges);
  }

  /**
   * Tells whether a NID is in the set.
   *
   * @param nid the NID
   * @return whether it is; false for {@link Nid#ANY}
   */
  public boolean contains(Nid nid) {
    return !nid.isAny() && nid.network().equals(network) && addresses.contain(nid);
  }

  /**
   * Gives the network that all NIDs of the set are on.
   *
   * @return the network
   */
  public Network network() {
    return network;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NidRange range
        && network.equals(range.network)
        && addresses.equals(range.addresses);
  }

  @Override
  public int hashCode() {
    return 31 * network.hashCode() + addresses.hashCode();
  }

  /** Prints the range as it was read. */
  @Override
  public String toString() {
    return text;
  }

  private static Addresses addresses(NetworkType type, String text, String addresses) {
    if (addresses.equals("*")) {
      return new All();
    }
    return switch (type.addressForm()) {
      case IP -> addresses.indexOf(':') >= 0 ? bits6(text, addresses) : internet4(text, addresses);
      case IP4 -> internet4(text, addresses);
      case NUMBER, HEX_NUMBER -> new Numbers(spans(text, addresses, MAX_U32));
      case LOOPBACK -> {
        NidText.nid(WHAT, text);
        yield new All();
      }
      case NONE -> throw new AssertionError("parsed type=" + type);
    };
  }

  private static Addresses internet4(String text, String addresses) {
    int slash = addresses.indexOf('/');
    if (slash >= 0 && addresses.indexOf('[') < 0) {
      int bits = (int) NidText.decimal(WHAT, text, addresses.substring(slash + 1), Integer.SIZE);
      int address = InetText.ip4(WHAT, text, addresses.substring(0, slash));
      return Bits.of(false, (long) address << 32, 0, bits);
    }
    List<List<Span>> octets = new ArrayList<>();
    int from = 0;
    for (int part = 0; part < 4; part++) {
      int dot = part < 3 ? addresses.indexOf('.', from) : addresses.length();
      if (dot < 0) {
        throw new NidFormatException(WHAT, text, "'" + addresses + "' has not four parts");
      }
      octets.add(spans(text, addresses.substring(from, dot), 255));
      from = dot + 1;
    }
    return new Octets(List.copyOf(octets));
  }

  private static Addresses bits6(String text, String addresses) {
    int slash = addresses.indexOf('/');
    String address = slash < 0 ? addresses : addresses.substring(0, slash);
    long[] halves = InetText.ip6(WHAT, text, address);
    int bits =
        slash < 0 ? 128 : (int) NidText.decimal(WHAT, text, addresses.substring(slash + 1), 128);
    return Bits.of(true, halves[0], halves[1], bits);
  }

  /** Reads a number, a star, or a list in brackets. */
  private static List<Span> spans(String text, String list, long max) {
    if (list.equals("*")) {
      return List.of(new Span(0, max, 1));
    }
    if (!list.startsWith("[")) {
      long number = NidText.decimal(WHAT, text, list, max);
      return List.of(new Span(number, number, 1));
    }
    if (!list.endsWith("]")) {
      throw new NidFormatException(WHAT, text, "'" + list + "' lacks its bracket");
    }
    List<Span> spans = new ArrayList<>();
    int from = 1;
    while (from < list.length()) {
      int comma = list.indexOf(',', from);
      int end = comma < 0 ? list.length() - 1 : comma;
      spans.add(span(text, list.substring(from, end), max));
      from = end + 1;
    }
    if (list.endsWith(",]") || spans.isEmpty()) {
      throw new NidFormatException(WHAT, text, "'" + list + "' lacks a number");
    }
    return List.copyOf(spans);
  }

  private static Span span(String text, String span, long max) {
    int slash = span.indexOf('/');
    int dash = span.indexOf('-');
    String bounds = slash < 0 ? span : span.substring(0, slash);
    long stride = slash < 0 ? 1 : NidText.decimal(WHAT, text, span.substring(slash + 1), MAX_U32);
    if (stride == 0) {
      throw new NidFormatException(WHAT, text, "'" + span + "' has no stride");
    }
    if (dash < 0) {
      long low = NidText.decimal(WHAT, text, bounds, max);
      return new Span(low, slash < 0 ? low : max, stride);
    }
    long low = NidText.decimal(WHAT, text, bounds.substring(0, dash), max);
    long high = NidText.decimal(WHAT, text, bounds.substring(dash + 1), max);
    if (low > high) {
      throw new NidFormatException(WHAT, text, "'" + span + "' runs downwards");
    }
    return new Span(low, high, stride);
  }

  private static boolean anyHas(List<Span> spans, long number) {
    for (int i = 0; i < spans.size(); i++) {
      if (spans.get(i).has(number)) {
        return true;
      }
    }
    return false;
  }

  /** Numbers from low to high, each stride-th. */
  private record Span(long low, long high, long stride) {
    boolean has(long number) {
      return number >= low && number <= high && (number - low) % stride == 0;
    }
  }

  /** A set of addresses on a network that was compared already. */
  private sealed interface Addresses {
    boolean contain(Nid nid);
  }

  private record All() implements Addresses {
    @Override
    public boolean contain(Nid nid) {
      return true;
    }
  }

  private record Numbers(List<Span> spans) implements Addresses {
    @Override
    public boolean contain(Nid nid) {
      return !nid.isLarge() && anyHas(spans, Integer.toUnsignedLong(nid.address4()));
    }
  }

  private record Octets(List<List<Span>> octets) implements Addresses {
    @Override
    public boolean contain(Nid nid) {
      if (nid.isLarge()) {
        return false;
      }
      for (int i = 0; i < octets.size(); i++) {
        if (!anyHas(octets.get(i), nid.address4() >>> (24 - 8 * i) & 0xff)) {
          return false;
        }
      }
      return true;
    }
  }

  /** All addresses whose bits under the masks are these. */
  private record Bits(boolean large, long high, long low, long highMask, long lowMask)
      implements Addresses {
    static Bits of(boolean large, long high, long low, int bits) {
      long highMask = mask(Math.min(bits, Long.SIZE));
      long lowMask = mask(Math.max(bits - Long.SIZE, 0));
      return new Bits(large, high & highMask, low & lowMask, highMask, lowMask);
    }

    @Override
    public boolean contain(Nid nid) {
      return nid.isLarge() == large
          && (nid.highWord() & highMask) == high
          && (nid.lowWord() & lowMask) == low;
    }

    private static long mask(int bits) {
      return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    }
  }
}
