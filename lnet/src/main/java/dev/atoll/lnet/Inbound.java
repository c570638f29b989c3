/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.LndPort.Verdict;

/**
 * The way in: what a node looks at in a header before it asks the core who wants the message.
 * Belongs to the loop.
 */
final class Inbound {
  private final Interfaces interfaces;
  private final Routes routes;
  private final LnetCounters counters;
  private final boolean isDroppingAsymmetricRoutes;
  private final LnetCore core;

  Inbound(
      Interfaces interfaces,
      Routes routes,
      LnetCounters counters,
      LnetSettings settings,
      LnetCore core) {
    this.interfaces = interfaces;
    this.routes = routes;
    this.counters = counters;
    this.isDroppingAsymmetricRoutes = settings.isDroppingAsymmetricRoutes();
    this.core = core;
  }

  Verdict judge(LocalInterface entry, IncomingMessage message) {
    LnetHeader header = message.header();
    if (!isSound(header) || !isAddressedWell(entry, header.destination)) {
      return refuse(message, DropReason.BROKEN_PROTOCOL, Verdict.CUT);
    }
    if (!isMine(entry, header.destination)) {
      return refuse(message, DropReason.NOT_FORWARDED, Verdict.DROP);
    }
    if (speaksForAnotherProcess(message)) {
      return refuse(message, DropReason.WRONG_WAY, Verdict.CUT);
    }
    if (!entry.isLoopback() && !isPlausible(message)) {
      return refuse(message, DropReason.WRONG_WAY, Verdict.DROP);
    }
    return core.arrived(message);
  }

  void received(IncomingMessage message, int status) {
    core.received(message, status);
  }

  /** Tells whether type and length fit each other. */
  private static boolean isSound(LnetHeader header) {
    return switch (header.type) {
      case ACK, GET -> header.payloadLength == 0;
      case PUT, REPLY ->
          Integer.compareUnsigned(header.payloadLength, LnetNumbers.PAYLOAD_MAX) <= 0;
      case HELLO -> false;
    };
  }

  private boolean isMine(LocalInterface entry, Nid destination) {
    return entry.nid().equals(destination) || (entry.isLoopback() && interfaces.isOwn(destination));
  }

  /** A message for another on my network, or for me on another network, is no mistake of routes. */
  private boolean isAddressedWell(LocalInterface entry, Nid destination) {
    return isMine(entry, destination)
        || (destination.network().code() != entry.network().code()
            && !interfaces.isOwn(destination));
  }

  /** A neighbour has said in its handshake which process it is, and is no other. */
  private static boolean speaksForAnotherProcess(IncomingMessage message) {
    LnetHeader header = message.header();
    ProcessId neighbour = message.neighbour();
    return header.source.equals(neighbour.nid()) && header.sourcePid != neighbour.pid();
  }

  /**
   * A source that the neighbour can not speak for: this node itself, another node of a network that
   * both are on, or, if asked for, one that this node would not answer through the neighbour.
   */
  private boolean isPlausible(IncomingMessage message) {
    Nid source = message.header().source;
    Nid neighbour = message.neighbour().nid();
    if (source.equals(neighbour)) {
      return true;
    }
    return !interfaces.isOwn(source)
        && source.network().code() != neighbour.network().code()
        && (!isDroppingAsymmetricRoutes || routes.isGateway(source.network(), neighbour));
  }

  private Verdict refuse(IncomingMessage message, DropReason reason, Verdict verdict) {
    LnetHeader header = message.header();
    message.descriptor = null;
    message.acceptNothing();
    counters.countDropped(reason, header.type, header.payloadLength);
    return verdict;
  }
}
