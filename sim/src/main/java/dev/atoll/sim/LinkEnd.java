/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.Nid;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One side of a link: what its interface believes of the connection, and what waits for it. */
final class LinkEnd {
  /** Longer messages travel on a lane of their own, and overtake. */
  private static final int BULK_BYTES = 1024;

  private final SimulatedLink link;
  private final Nid local;
  private final Nid remote;
  private final ArrayDeque<OutgoingMessage> waiting = new ArrayDeque<>();
  private final List<Lane> inward;
  private @Nullable SimulatedLnd owner;
  private boolean isUp;
  private boolean isConnecting;
  private long connection;

  LinkEnd(SimulatedLink link, Nid local, Nid remote) {
    this.link = link;
    this.local = local;
    this.remote = remote;
    this.inward = List.of(new Lane(link, this), new Lane(link, this));
  }

  Nid local() {
    return local;
  }

  Nid remote() {
    return remote;
  }

  boolean isUp() {
    return isUp;
  }

  boolean isConnecting() {
    return isConnecting;
  }

  boolean isUpWith(long number) {
    return isUp && connection == number;
  }

  void send(SimulatedLnd from, OutgoingMessage message) {
    owner = from;
    waiting.add(message);
    if (isUp) {
      transmitSoon();
    } else if (!isConnecting) {
      isConnecting = true;
      link.connect(this);
    }
  }

  void up(long number, SimulatedLnd near, SimulatedLnd far) {
    owner = near;
    isConnecting = false;
    isUp = true;
    connection = number;
    inward.forEach(lane -> lane.open(number, near.port()));
    near.port().neighbourUp(far.id(), far.incarnation());
    for (int i = waiting.size(); i > 0; i--) {
      transmitSoon();
    }
  }

  /** The connection is seen to be gone: what came half and what has not left ends. */
  void down(int status) {
    boolean wasThere = isUp || isConnecting;
    isUp = false;
    isConnecting = false;
    inward.forEach(lane -> lane.close(status));
    failWaiting(status);
    if (wasThere && owner != null && owner.isOpen()) {
      owner.port().neighbourDown(ProcessId.of(remote), status);
    }
  }

  /** An attempt to connect has failed. */
  void fail(int status) {
    if (isConnecting) {
      down(status);
    }
  }

  void resume() {
    inward.forEach(Lane::pump);
  }

  private void transmitSoon() {
    link.fabric().events().after(link.fabric().delayNanos() / 4, this::transmit);
  }

  private void transmit() {
    SimulatedLnd near = owner;
    OutgoingMessage message = isUp ? waiting.poll() : null;
    if (message == null || near == null) {
      return;
    }
    if (message.deadlineNanos() - link.fabric().clock().nanos() <= 0) {
      near.port().sent(message, SimulatedLink.TIMED_OUT);
      return;
    }
    var flight = new Flight(message);
    near.port().sent(message, 0);
    if (isUp) {
      lane(flight).fly(flight, connection);
    }
  }

  private Lane lane(Flight flight) {
    LinkEnd far = link.other(this);
    return far.inward.get(flight.payload.byteSize() < BULK_BYTES ? 0 : 1);
  }

  private void failWaiting(int status) {
    // What is sent while these end belongs to the next attempt.
    for (int i = waiting.size(); i > 0; i--) {
      OutgoingMessage message = waiting.remove();
      if (owner != null) {
        owner.port().sent(message, status);
      }
    }
  }

  @Override
  public String toString() {
    return local + " -> " + remote;
  }
}
