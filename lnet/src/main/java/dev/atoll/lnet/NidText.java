/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads and prints NIDs, networks and process ids; cold paths alone use it. */
final class NidText {
  /** No valid text is longer: process id, IPv6 address, network. */
  static final int MAX_CHARS = 128;

  private static final String ANY = "<?>";
  private static final String ANY_PID = "LNET_PID_ANY";
  private static final long MAX_U32 = 0xffff_ffffL;
  private static final int MAX_PID = ~ProcessId.USER_FLAG;

  private static final Map<String, NetworkType> BY_LABEL =
      Arrays.stream(NetworkType.values())
          .filter(type -> !type.label().isEmpty())
          .collect(Collectors.toUnmodifiableMap(NetworkType::label, Function.identity()));

  private NidText() {}

  static Nid nid(String what, String text) {
    checkLength(what, text, MAX_CHARS);
    int at = text.indexOf('@');
    Network network = at < 0 ? Network.TCP : network(what, text, text.substring(at + 1));
    String address = at < 0 ? text : text.substring(0, at);
    if (address.isEmpty()) {
      throw new NidFormatException(what, text, "has no address");
    }
    NetworkType type =
        network.type().orElseThrow(() -> new AssertionError("parsed network=" + network));
    return switch (type.addressForm()) {
      case IP ->
          address.indexOf(':') >= 0
              ? ip6(network, what, text, address)
              : Nid.ofAddress(network, InetText.ip4(what, text, address));
      case IP4 -> Nid.ofAddress(network, InetText.ip4(what, text, address));
      case NUMBER, HEX_NUMBER -> Nid.ofAddress(network, number(what, text, address));
      case LOOPBACK -> Nid.LOOPBACK;
      case NONE -> throw new AssertionError("parsed network=" + network);
    };
  }

  /** Parses {@code net}, a part of {@code text}, which is what a complaint shows. */
  static Network network(String what, String text, String net) {
    checkLength(what, net, MAX_CHARS);
    int digits = net.length();
    while (digits > 0 && isDigit(net.charAt(digits - 1))) {
      digits--;
    }
    NetworkType type = BY_LABEL.get(net.substring(0, digits));
    if (type == null) {
      throw new NidFormatException(what, text, "unknown network '" + net + "'");
    }
    if (digits == net.length()) {
      return Network.of(type, 0);
    }
    if (type == NetworkType.LO) {
      throw new NidFormatException(what, text, "network lo has no number");
    }
    return Network.of(type, (int) decimal(what, text, net.substring(digits), Network.MAX_NUMBER));
  }

  static ProcessId processId(String text) {
    String what = "process id";
    checkLength(what, text, MAX_CHARS);
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw new NidFormatException(what, text, "has no '-' between pid and nid");
    }
    Nid nid = nid(what, text.substring(dash + 1));
    String pid = text.substring(0, dash);
    if (pid.equals(ANY_PID)) {
      return new ProcessId(nid, ProcessId.ANY_PID);
    }
    if (pid.startsWith("U")) {
      // With the flag, the greatest number would be that of any process.
      return new ProcessId(
          nid, (int) decimal(what, text, pid.substring(1), MAX_PID - 1) | ProcessId.USER_FLAG);
    }
    return new ProcessId(nid, (int) decimal(what, text, pid, MAX_PID));
  }

  static String print(Nid nid) {
    if (nid.isAny()) {
      return ANY;
    }
    return nid.network()
        .type()
        .filter(type -> type.addressForm() != NetworkType.AddressForm.NONE)
        .map(type -> print(type, nid))
        .orElseGet(() -> hexWords(nid) + "@" + nid.network());
  }

  static String print(Network network) {
    return network
        .type()
        .filter(type -> !type.label().isEmpty())
        .map(type -> network.number() == 0 ? type.label() : type.label() + network.number())
        .orElseGet(() -> "<" + network.typeCode() + ":" + network.number() + ">");
  }

  static String print(ProcessId id) {
    if (id.pid() == ProcessId.ANY_PID) {
      return ANY_PID + "-" + id.nid();
    }
    int number = id.pid() & ~ProcessId.USER_FLAG;
    return (id.isUser() ? "U" : "") + number + "-" + id.nid();
  }

  /** Reads a decimal number without sign, blanks or leading zeros. */
  static long decimal(String what, String text, String digits, long max) {
    boolean canonical = digits.length() == 1 || !digits.startsWith("0");
    if (digits.isEmpty() || digits.length() > 10 || !canonical || !isDecimal(digits)) {
      throw new NidFormatException(what, text, "'" + digits + "' is not a decimal number");
    }
    long number = Long.parseLong(digits);
    if (number > max) {
      throw new NidFormatException(what, text, digits + " is above " + max);
    }
    return number;
  }

  private static boolean isDecimal(String digits) {
    return digits.chars().allMatch(c -> isDigit((char) c));
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static void checkLength(String what, String text, int maxChars) {
    if (text.length() > maxChars) {
      throw new NidFormatException(
          what, text.substring(0, maxChars) + "…", "is longer than " + maxChars + " characters");
    }
  }

  private static Nid ip6(Network network, String what, String text, String address) {
    long[] words = InetText.ip6(what, text, address);
    return Nid.ofAddress(network, words[0], words[1]);
  }

  private static int number(String what, String text, String address) {
    if (!address.startsWith("0x") && !address.startsWith("0X")) {
      return (int) decimal(what, text, address, MAX_U32);
    }
    String digits = address.substring(2);
    boolean hex = digits.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
    if (digits.isEmpty() || digits.length() > 8 || !hex) {
      throw new NidFormatException(what, text, "'" + address + "' is not a 32-bit number");
    }
    return Integer.parseUnsignedInt(digits, 16);
  }

  private static String print(NetworkType type, Nid nid) {
    return address(type, nid) + "@" + nid.network();
  }

  private static String address(NetworkType type, Nid nid) {
    if (type.isInternet()) {
      return nid.isLarge()
          ? InetText.print(nid.highWord(), nid.lowWord())
          : InetText.print(nid.address4());
    }
    // Nobody gives these networks long addresses; a hostile peer may.
    if (nid.isLarge()) {
      return hexWords(nid);
    }
    return type.addressForm() == NetworkType.AddressForm.HEX_NUMBER
        ? "0x" + Integer.toHexString(nid.address4())
        : Integer.toUnsignedString(nid.address4());
  }

  private static String hexWords(Nid nid) {
    if (!nid.isLarge()) {
      return Integer.toHexString(nid.address4());
    }
    return String.format(
        Locale.ROOT,
        "%x:%x:%x:%x",
        (int) (nid.highWord() >>> 32),
        (int) nid.highWord(),
        (int) (nid.lowWord() >>> 32),
        (int) nid.lowWord());
  }
}
