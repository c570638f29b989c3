/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.Lnd;
import dev.atoll.lnet.LndPort;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An interface of a node on a {@link SimulatedFabric}. Not thread-safe. */
public final class SimulatedLnd implements Lnd {
  /** What a message ends with on an interface that is closed (ESHUTDOWN). */
  private static final int SHUT_DOWN = -108;

  private final SimulatedFabric fabric;
  private final ProcessId id;
  private final long incarnation;
  private @Nullable LndPort port;
  private boolean isOpen;

  SimulatedLnd(SimulatedFabric fabric, Nid nid, long incarnation) {
    this.fabric = fabric;
    this.id = ProcessId.of(nid);
    this.incarnation = incarnation;
  }

  @Override
  public Nid nid() {
    return id.nid();
  }

  @Override
  public void start(LndPort port) {
    this.port = port;
    this.isOpen = true;
    fabric.join(this);
  }

  @Override
  public void send(OutgoingMessage message) {
    if (isOpen) {
      fabric.link(nid(), message.neighbour().nid()).send(this, message);
    } else {
      port().sent(message, SHUT_DOWN);
    }
  }

  @Override
  public void disconnect(Nid neighbour) {
    fabric.reset(nid(), neighbour);
  }

  @Override
  public List<ConnectionStatus> connections() {
    return List.of();
  }

  @Override
  public void close() {
    if (isOpen) {
      for (SimulatedLink link : fabric.linksOf(nid())) {
        link.close(this, SHUT_DOWN);
      }
      isOpen = false;
      fabric.leave(this);
    }
  }

  /** Ends without a word to anybody. Messages under way end for the sake of whoever counts them. */
  void vanish() {
    for (SimulatedLink link : fabric.linksOf(nid())) {
      link.close(this, SHUT_DOWN);
    }
    isOpen = false;
  }

  boolean isOpen() {
    return isOpen;
  }

  ProcessId id() {
    return id;
  }

  long incarnation() {
    return incarnation;
  }

  LndPort port() {
    if (port == null) {
      throw new IllegalStateException("interface " + id + " was never started");
    }
    return port;
  }
}
