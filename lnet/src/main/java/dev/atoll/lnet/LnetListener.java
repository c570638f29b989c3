/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Is told what happens to peers. Called on the node's loop; must not block. */
public interface LnetListener {
  /** Listens to nothing. */
  LnetListener NONE = new LnetListener() {};

  /**
   * Reports that a peer is connected where it was not.
   *
   * @param peer who
   */
  default void peerUp(ProcessId peer) {}

  /**
   * Reports that the last connection to a peer is gone, or that none could be made.
   *
   * @param peer who
   * @param status a negative errno that says why, zero for an orderly end
   */
  default void peerDown(ProcessId peer, int status) {}

  /**
   * Reports that a peer is another than before: its interface has been started anew. Whatever it
   * knew of this node is gone; what was sent to it and not answered will not be.
   *
   * @param peer who
   * @param incarnation the new one, or zero if its pings gave it away
   */
  default void peerRestarted(ProcessId peer, long incarnation) {}
}
