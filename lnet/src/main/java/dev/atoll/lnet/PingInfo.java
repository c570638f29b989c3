/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.List;
import java.util.Optional;

/**
 * What a node says of itself when it is pinged: what it can do, and its interfaces.
 *
 * <p>Immutable. The interface {@code 0@lo} is not listed; every node has it, and its entry on the
 * wire holds the sequence number.
 *
 * @param features bits of what the node can do
 * @param pid its process id, {@link ProcessId#LUSTRE_PID}
 * @param sequence counts up with each change of the node's interfaces; unsigned, a smaller one
 *     means that the node has started anew
 * @param interfaces its interfaces, those with short NIDs first
 */
public record PingInfo(int features, int pid, int sequence, List<Interface> interfaces) {
  /** Every node has this. */
  public static final int BASE = 1;

  /** Entries tell whether the interface is up; every node must have this. */
  public static final int NI_STATUS = 1 << 1;

  /** The node does not route. */
  public static final int ROUTING_DISABLED = 1 << 2;

  /** The node can be reached by several interfaces at once. */
  public static final int MULTI_RAIL = 1 << 3;

  /** The node takes part in discovery, and acknowledges pushes. */
  public static final int DISCOVERY = 1 << 4;

  /** Large NIDs may follow behind the short ones. */
  public static final int LARGE_ADDRESSES = 1 << 5;

  /** The first large NID is the primary one. */
  public static final int PRIMARY_LARGE = 1 << 6;

  /** Entries carry more than this class knows. */
  public static final int METADATA = 1 << 7;

  /** The interface works. */
  public static final int UP = 0x15aa_c0de;

  /** The interface does not work. */
  public static final int DOWN = 0xdead_face;

  /**
   * One interface of a node.
   *
   * @param nid its NID
   * @param status {@link #UP}, {@link #DOWN}, or what else the node says
   */
  public record Interface(Nid nid, int status) {
    /**
     * Tells whether the interface works.
     *
     * @return whether its status is {@link #UP}
     */
    public boolean isUp() {
      return status == UP;
    }
  }

  /**
   * Takes the parts as they are, but for large NIDs: these set {@link #LARGE_ADDRESSES}.
   *
   * @throws IllegalArgumentException if a short NID stands behind a large one, or a NID is that of
   *     any or of the loopback interface
   */
  public PingInfo {
    interfaces = List.copyOf(interfaces);
    boolean large = false;
    for (Interface one : interfaces) {
      Nid nid = one.nid();
      if (nid.isAny() || nid.isLoopback() || (large && !nid.isLarge())) {
        throw new IllegalArgumentException("interfaces=" + interfaces);
      }
      large |= nid.isLarge();
    }
    features |= large ? LARGE_ADDRESSES : 0;
  }

  /**
   * Tells whether the node can do something.
   *
   * @param feature one or more feature bits
   * @return whether it has them all
   */
  public boolean has(int feature) {
    return (features & feature) == feature;
  }

  /**
   * Gives the NID that the node is known by.
   *
   * @return the first NID; with {@link #PRIMARY_LARGE} the first large one; empty if there is none
   */
  public Optional<Nid> primary() {
    return interfaces.stream()
        .map(Interface::nid)
        .filter(nid -> nid.isLarge() || !has(PRIMARY_LARGE))
        .findFirst();
  }
}
