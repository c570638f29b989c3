/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Passes on to whoever listens now. Belongs to the loop. */
final class CurrentListener implements LnetListener {
  LnetListener told = NONE;

  @Override
  public void peerUp(ProcessId peer) {
    told.peerUp(peer);
  }

  @Override
  public void peerDown(ProcessId peer, int status) {
    told.peerDown(peer, status);
  }

  @Override
  public void peerRestarted(ProcessId peer, long incarnation) {
    told.peerRestarted(peer, incarnation);
  }
}
