/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Is told how a discovery has ended. Called once, on the node's loop; must not block. */
@FunctionalInterface
public interface DiscoverListener {
  /**
   * Reports the end.
   *
   * @param status zero, or a negative errno
   * @param peer what is known of the peer now
   */
  void ended(int status, PeerStatus peer);
}
