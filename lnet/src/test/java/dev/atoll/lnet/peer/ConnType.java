/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

/** The types of connections, each as the end sees it that says it. */
public final class ConnType {
  /** Untyped. */
  public static final int ANY = 0;

  /** Small messages. */
  public static final int CONTROL = 1;

  /** What this end receives in bulk. */
  public static final int BULK_IN = 2;

  /** What this end sends in bulk. */
  public static final int BULK_OUT = 3;

  /** Not this connection. */
  public static final int NONE = -1;

  private ConnType() {}

  /** The same connection as the other end sees it. */
  public static int inverse(int type) {
    return switch (type) {
      case BULK_IN -> BULK_OUT;
      case BULK_OUT -> BULK_IN;
      default -> type;
    };
  }
}
