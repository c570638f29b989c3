/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Hands everything that a network reports straight to a core. */
record CorePort(LnetCore core) implements LndPort {
  @Override
  public Verdict arrived(IncomingMessage message) {
    return core.arrived(message);
  }

  @Override
  public void received(IncomingMessage message, int status) {
    core.received(message, status);
  }

  @Override
  public void sent(OutgoingMessage message, int status) {
    core.sent(message, status);
  }

  @Override
  public void neighbourUp(ProcessId neighbour, long incarnation) {}

  @Override
  public void neighbourDown(ProcessId neighbour, int status) {}
}
