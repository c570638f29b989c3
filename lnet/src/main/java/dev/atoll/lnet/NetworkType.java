/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Optional;

/**
 * The kinds of network that LNet knows, with their number on the wire, their name in a NID and what
 * an address looks like on them.
 *
 * <p>Only {@link #TCP} and {@link #LO} carry messages here. The others are known so that the NIDs
 * of foreign nodes can be read, compared and printed. The ones below 13 besides these and {@link
 * #O2IB} are of the past: today's Lustre has dropped their names, and has not given their numbers
 * to others.
 */
public enum NetworkType {
  /** Quadrics Elan. */
  ELAN(1, "elan", AddressForm.NUMBER),

  /** TCP sockets. */
  TCP(2, "tcp", AddressForm.IP),

  /** Myrinet GM. */
  GM(3, "gm", AddressForm.HEX_NUMBER),

  /** Portals of the Cray XT. */
  PTL(4, "ptl", AddressForm.NUMBER),

  /** InfiniBand verbs. */
  O2IB(5, "o2ib", AddressForm.IP),

  /** Cisco InfiniBand. */
  CIB(6, "cib", AddressForm.IP4),

  /** OpenIB of the first generation. */
  OPENIB(7, "openib", AddressForm.IP4),

  /** Infinicon InfiniBand. */
  IIB(8, "iib", AddressForm.IP4),

  /** The node itself; has one address, 0, and no number. */
  LO(9, "lo", AddressForm.LOOPBACK),

  /** RapidArray. */
  RA(10, "ra", AddressForm.IP4),

  /** Voltaire InfiniBand. */
  VIB(11, "vib", AddressForm.IP4),

  /** Myrinet MX. */
  MX(12, "mx", AddressForm.IP4),

  /** Cray Gemini. */
  GNI(13, "gni", AddressForm.NUMBER),

  /** Cray Gemini, addressed by IP. */
  GIP(14, "gip", AddressForm.IP4),

  /** Portals 4. */
  PTLF(15, "ptlf", AddressForm.NUMBER),

  /** Kernel fabric interface. */
  KFI(16, "kfi", AddressForm.NUMBER),

  /** Fujitsu Tofu; has a number and no text. */
  TOFU(17, "", AddressForm.NONE),

  /** Elastic fabric adapter. */
  EFA(18, "efa", AddressForm.IP),

  /** Bull exascale interconnect 3. */
  BXI3F(19, "bxi3f", AddressForm.NUMBER);

  /** What stands before the {@code @} of a NID. */
  enum AddressForm {
    /** IPv4 or IPv6. */
    IP,
    /** IPv4 alone. */
    IP4,
    /** A 32-bit number, printed in decimal. */
    NUMBER,
    /** A 32-bit number, printed in hexadecimal. */
    HEX_NUMBER,
    /** Anything; it becomes 0. */
    LOOPBACK,
    /** Has no text. */
    NONE
  }

  private static final NetworkType[] ALL = values();

  private final int code;
  private final String label;
  private final AddressForm addressForm;

  NetworkType(int code, String label, AddressForm addressForm) {
    this.code = code;
    this.label = label;
    this.addressForm = addressForm;
  }

  /**
   * Gives the number on the wire.
   *
   * @return the code, from 1 to 255
   */
  public int code() {
    return code;
  }

  /**
   * Gives the name that stands in NIDs.
   *
   * @return the name, such as {@code o2ib}; empty when the type has none
   */
  public String label() {
    return label;
  }

  /**
   * Tells whether addresses on it are addresses of the Internet Protocol.
   *
   * @return whether {@link Nid#inetAddress} gives one
   */
  public boolean isInternet() {
    return addressForm == AddressForm.IP || addressForm == AddressForm.IP4;
  }

  /**
   * Finds a type by its number on the wire.
   *
   * @param code the number
   * @return the type, or empty if nobody knows it
   */
  public static Optional<NetworkType> ofCode(int code) {
    // Ordered without gaps, so the place says it all; the constructor of Network checks the range.
    return code >= 1 && code <= ALL.length ? Optional.of(ALL[code - 1]) : Optional.empty();
  }

  AddressForm addressForm() {
    return addressForm;
  }
}
