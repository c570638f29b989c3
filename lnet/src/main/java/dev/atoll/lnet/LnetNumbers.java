/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Numbers that every node of LNet agrees on. */
public final class LnetNumbers {
  /** The portal of pings and pushes ({@code LNET_RESERVED_PORTAL}). */
  public static final int RESERVED_PORTAL = 0;

  /** The match bits of pings and pushes ({@code LNET_PROTO_PING_MATCHBITS}). */
  public static final long PING_MATCH_BITS = 1L << 63;

  /** The most payload of one message ({@code LNET_MAX_PAYLOAD}). */
  public static final int PAYLOAD_MAX = 1 << 20;

  private LnetNumbers() {}
}
