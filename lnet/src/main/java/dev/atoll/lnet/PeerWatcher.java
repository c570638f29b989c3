/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** The parts of a node that follow what becomes of its peers. */
interface PeerWatcher {
  void up(Peer peer);

  void down(Peer peer, int status);

  /** The peer is another than before; comes ahead of {@link #up}. */
  void restarted(Peer peer);

  /** The peer has left the table. */
  void forgotten(Peer peer);
}
