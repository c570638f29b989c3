/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * What a network reports to its node. Belongs to the node's loop.
 *
 * <p>For each message that arrives: {@link #arrived} once, and unless that cuts the connection,
 * {@link #received} once.
 */
public interface LndPort {
  /** What a network does with the payload of a message that arrived. */
  enum Verdict {
    /**
     * Reads {@link IncomingMessage#acceptedLength} bytes into the message's memory and throws the
     * rest away.
     */
    ACCEPT,

    /** Throws all of the payload away; the connection lives. */
    DROP,

    /** Closes every connection of the neighbour that sent it: it broke the protocol. */
    CUT
  }

  /**
   * Reports that a message's header is there and its payload comes next.
   *
   * @param message with its header and neighbour filled in; the node keeps it until it is received
   * @return what to do with the payload
   */
  Verdict arrived(IncomingMessage message);

  /**
   * Reports that a message which was accepted or dropped is at its end.
   *
   * @param message the one that arrived; free for the next after this call
   * @param status zero if all of the accepted payload is in its place, else a negative errno
   */
  void received(IncomingMessage message, int status);

  /**
   * Reports that a message has left or never will.
   *
   * @param message no longer the network's from this call on
   * @param status zero if the network has taken all of it, else a negative errno
   */
  void sent(OutgoingMessage message, int status);

  /**
   * Reports that a neighbour is there: a connection to it stands where none did.
   *
   * @param neighbour who
   * @param incarnation of its interface; another one than before means that it has restarted
   */
  void neighbourUp(ProcessId neighbour, long incarnation);

  /**
   * Reports that the last connection to a neighbour is gone, or that none could be made.
   *
   * @param neighbour who
   * @param status a negative errno that says why; zero for an orderly end
   */
  void neighbourDown(ProcessId neighbour, int status);
}
