/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Knows which NIDs belong to one node. Belongs to the loop; allocates nothing. */
@FunctionalInterface
interface PrimaryNids {
  /** Every NID is a node of its own. */
  PrimaryNids UNKNOWN = nid -> nid;

  /**
   * Names a node by one of its NIDs.
   *
   * @param nid any of a node's
   * @return the node's primary NID, or the given one while no other is known
   */
  Nid primary(Nid nid);
}
