/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * How a node of a TCP network proves who it is, and believes others. All nodes of one network use
 * the same mode.
 */
public enum IdentityMode {
  /**
   * As Lustre: all nodes listen at port 988 and connect from ports below 1024, which only a
   * privileged process can have. Works together with Lustre's own nodes. Needs the right to bind
   * such ports, see {@code docs/lnet.md}.
   */
  LUSTRE(988),

  /**
   * For everybody: all nodes of the network listen at one port that is not privileged, and a node
   * is believed to have a NID if it connects from its address. Whoever may use an address of the
   * network may be the node there. Never speaks to Lustre's own nodes.
   */
  PLAIN(9988);

  /** Ports below this one are privileged. */
  public static final int PRIVILEGED_PORTS = 1024;

  private final int defaultPort;

  IdentityMode(int defaultPort) {
    this.defaultPort = defaultPort;
  }

  /**
   * Tells where nodes listen unless their network says otherwise.
   *
   * @return a TCP port
   */
  public int defaultPort() {
    return defaultPort;
  }
}
