/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.IncomingMessage;
import dev.atoll.lnet.LndPort;
import dev.atoll.lnet.ProcessId;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One direction of one connection: messages arrive in their order, a payload perhaps in pieces. */
final class Lane {
  private final SimulatedLink link;
  private final LinkEnd end;
  private final IncomingMessage incoming = new IncomingMessage();
  private final ArrayDeque<Flight> arrived = new ArrayDeque<>();
  private @Nullable LndPort port;
  private @Nullable Flight current;
  private int readLength;
  private long connection;
  private long lastArrivalNanos;

  Lane(SimulatedLink link, LinkEnd end) {
    this.link = link;
    this.end = end;
  }

  void open(long number, LndPort port) {
    this.port = port;
    connection = number;
    arrived.clear();
    current = null;
  }

  /** Ends what came half; what has not been looked at is lost. */
  void close(int status) {
    arrived.clear();
    if (current != null && port != null) {
      current = null;
      port.received(incoming, status);
    }
  }

  void fly(Flight flight, long number) {
    SimulatedFabric fabric = link.fabric();
    long now = fabric.clock().nanos();
    lastArrivalNanos = Math.max(lastArrivalNanos, now + fabric.delayNanos());
    fabric
        .events()
        .after(
            lastArrivalNanos - now,
            () -> {
              if (link.isCurrent(number) && end.isUpWith(number)) {
                arrived.add(flight);
                pump();
              }
            });
  }

  void pump() {
    while (current == null && !link.isHidden() && end.isUpWith(connection)) {
      Flight next = arrived.poll();
      if (next == null || port == null) {
        return;
      }
      deliver(next, port);
    }
  }

  private void deliver(Flight flight, LndPort port) {
    SimulatedFabric fabric = link.fabric();
    fabric.trace().step(fabric.clock().nanos(), code(flight), () -> end + " gets " + words(flight));
    Flight.copy(flight.header, incoming.header());
    incoming.neighbour(ProcessId.of(end.remote()));
    if (port.arrived(incoming) == LndPort.Verdict.CUT) {
      link.reset();
      return;
    }
    current = flight;
    readLength = 0;
    read(flight, port);
  }

  /** Reads the payload, or a part of it and the rest later. */
  private void read(Flight flight, LndPort port) {
    SimulatedFabric fabric = link.fabric();
    int left = (int) flight.payload.byteSize() - readLength;
    boolean isSplit = left > 1 && fabric.chance(fabric.settings().splitProbability());
    store(flight, isSplit ? 1 + fabric.upTo(left - 1) : left);
    if (fabric.chance(fabric.settings().resetProbability())) {
      current = null;
      port.received(incoming, isSplit ? SimulatedLink.RESET : 0);
      link.reset();
    } else if (isSplit) {
      fabric.events().after(fabric.delayNanos(), () -> readOn(flight, port));
    } else {
      current = null;
      port.received(incoming, 0);
      pump();
    }
  }

  private void readOn(Flight flight, LndPort port) {
    if (current == flight) {
      read(flight, port);
    }
  }

  private void store(Flight flight, int length) {
    int kept = Math.min(length, incoming.missingLength());
    incoming.store(flight.payload, readLength, kept);
    readLength += length;
  }

  private static long code(Flight flight) {
    return 16
        + flight.header.type.code()
        + 31L * (flight.header.payloadLength + 31L * flight.header.matchBits)
        + flight.header.wireObjectCookie
        + 7L * flight.header.source.hashCode();
  }

  private static String words(Flight flight) {
    return flight.header.type
        + " length="
        + flight.header.payloadLength
        + " bits="
        + Long.toHexString(flight.header.matchBits);
  }
}
