/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.List;

/**
 * A network that carries messages between this node and its neighbours: what LNet calls a network
 * driver ({@code struct lnet_lnd}).
 *
 * <p>It serves one interface of the node, named by its NID. It keeps the order of messages to one
 * neighbour as far as its network promises it, and loses none without saying so; but a message that
 * was handed to the network may be lost with its connection, and nobody is told.
 *
 * <p>Belongs to the node's loop; every method runs there, and none blocks.
 */
public interface Lnd {
  /**
   * Names the interface.
   *
   * @return its NID; never changes
   */
  Nid nid();

  /**
   * Begins to listen and to carry.
   *
   * @param port where arrivals and completions are reported; called on the loop only, and never
   *     from within this method
   * @throws LnetException if the interface can't be had, with what to do
   */
  void start(LndPort port);

  /**
   * Takes a message for a neighbour. It ends with exactly one {@link LndPort#sent}, perhaps before
   * this method returns; until then the message and its memory are the network's.
   *
   * @param message its {@link OutgoingMessage#neighbour} says whom to
   */
  void send(OutgoingMessage message);

  /**
   * Closes all connections to a neighbour, whatever its pid. What waits for them ends with an
   * error.
   *
   * @param neighbour whose
   */
  void disconnect(Nid neighbour);

  /**
   * Lists the connections, for people.
   *
   * @return a snapshot
   */
  List<ConnectionStatus> connections();

  /**
   * Ends everything: each message under way ends with an error, nothing is reported after this
   * method has returned. A second call does nothing.
   */
  void close();
}
