/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

/**
 * A connection that a node has opened to the simple peer and that waits for an answer.
 *
 * @param peer who is asked
 * @param link the connection
 * @param request what came first
 * @param hello what came next
 */
public record PeerOffer(SimplePeer peer, PeerLink link, PeerRequest request, PeerHello hello) {
  /** The answer of a peer that has nothing against it. */
  public PeerHello goodAnswer() {
    return peer.hello(hello.source(), hello.version(), ConnType.inverse(hello.type()));
  }

  /** Agrees. */
  public PeerLink answer() {
    return answer(goodAnswer());
  }

  /** Says anything. */
  public PeerLink answer(PeerHello answer) {
    link.write(answer.encode());
    link.open(hello.version(), answer.type());
    return link;
  }

  /** Refuses with type NONE and closes. */
  public void refuse() {
    answer(goodAnswer().withType(ConnType.NONE));
    link.close();
  }
}
