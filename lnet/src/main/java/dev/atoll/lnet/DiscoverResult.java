/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * How a discovery has ended.
 *
 * @param status zero, or a negative errno
 * @param peer what is known of the peer now
 */
public record DiscoverResult(int status, PeerStatus peer) {
  /**
   * Tells whether the peer has answered.
   *
   * @return whether the status is zero
   */
  public boolean isDiscovered() {
    return status == 0;
  }
}
