/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * Reads and prints addresses of the Internet Protocol.
 *
 * <p>Not {@link java.net.InetAddress}: that takes names and short forms, and makes IPv4 of mapped
 * addresses. IPv6 is read by RFC 4291 without scope and printed by RFC 5952.
 */
final class InetText {
  private static final int GROUPS = 8;
  private static final long MAPPED = 0xffffL;

  private InetText() {}

  /** Reads {@code address}, a part of {@code text}, which is what a complaint shows. */
  static int ip4(String what, String text, String address) {
    int bits = 0;
    int from = 0;
    for (int part = 0; part < 4; part++) {
      int dot = part < 3 ? address.indexOf('.', from) : address.length();
      if (dot < 0) {
        throw new NidFormatException(what, text, "'" + address + "' is not an IPv4 address");
      }
      bits = bits << 8 | (int) NidText.decimal(what, text, address.substring(from, dot), 255);
      from = dot + 1;
    }
    return bits;
  }

  /** Gives the two halves of an IPv6 address. */
  static long[] ip6(String what, String text, String address) {
    int gap = address.indexOf("::");
    int[] groups = new int[GROUPS];
    if (gap < 0) {
      if (groups(what, text, address, groups) != GROUPS) {
        throw notIp6(what, text, address);
      }
      return halves(groups);
    }
    String head = address.substring(0, gap);
    String tail = address.substring(gap + 2);
    int[] tailGroups = new int[GROUPS];
    int headCount = head.isEmpty() ? 0 : groups(what, text, head, groups);
    int tailCount = tail.isEmpty() ? 0 : groups(what, text, tail, tailGroups);
    if (headCount + tailCount >= GROUPS || head.indexOf('.') >= 0) {
      throw notIp6(what, text, address);
    }
    System.arraycopy(tailGroups, 0, groups, GROUPS - tailCount, tailCount);
    return halves(groups);
  }

  static String print(int ip4) {
    return (ip4 >>> 24) + "." + (ip4 >>> 16 & 255) + "." + (ip4 >>> 8 & 255) + "." + (ip4 & 255);
  }

  static String print(long high, long low) {
    if (high == 0 && low >>> 32 == MAPPED) {
      return "::ffff:" + print((int) low);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xffff;
    }
    long gap = longestZeros(groups);
    int gapAt = (int) (gap >>> 32);
    int gapLength = (int) gap;
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < GROUPS) {
      if (gapLength > 1 && i == gapAt) {
        text.append("::");
        i += gapLength;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i++]));
    }
    return text.toString();
  }

  /** Reads groups between single colons, the last two perhaps as IPv4; gives their count. */
  private static int groups(String what, String text, String part, int[] groups) {
    int count = 0;
    int from = 0;
    while (from <= part.length()) {
      int colon = part.indexOf(':', from);
      int end = colon < 0 ? part.length() : colon;
      String group = part.substring(from, end);
      boolean dotted = group.indexOf('.') >= 0;
      if (count + (dotted ? 2 : 1) > GROUPS || (dotted && colon >= 0)) {
        throw notIp6(what, text, part);
      }
      if (dotted) {
        int ip4 = ip4(what, text, group);
        groups[count++] = ip4 >>> 16;
        groups[count++] = ip4 & 0xffff;
      } else {
        groups[count++] = group(what, text, group);
      }
      from = end + 1;
    }
    return count;
  }

  private static int group(String what, String text, String digits) {
    boolean hex = digits.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
    if (digits.isEmpty() || digits.length() > 4 || !hex) {
      throw new NidFormatException(what, text, "'" + digits + "' is no part of an IPv6 address");
    }
    return Integer.parseInt(digits, 16);
  }

  private static long[] halves(int[] groups) {
    long[] halves = new long[2];
    for (int i = 0; i < GROUPS; i++) {
      halves[i >> 2] = halves[i >> 2] << 16 | groups[i];
    }
    return halves;
  }

  /** Finds the first of the longest runs of zero: place in the upper half, length in the lower. */
  private static long longestZeros(int[] groups) {
    int at = 0;
    int longest = 0;
    int run = 0;
    for (int i = 0; i < GROUPS; i++) {
      run = groups[i] == 0 ? run + 1 : 0;
      if (run > longest) {
        longest = run;
        at = i - run + 1;
      }
    }
    return (long) at << 32 | longest;
  }

  private static NidFormatException notIp6(String what, String text, String address) {
    return new NidFormatException(what, text, "'" + address + "' is not an IPv6 address");
  }
}
