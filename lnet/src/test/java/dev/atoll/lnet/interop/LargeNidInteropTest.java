/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes whose NIDs have IPv6 addresses, on two addresses of this host. */
class LargeNidInteropTest extends InteropFixture {
  /** What an IPv6-only kernel node says of itself. */
  private static final int FEATURES = PeerInfo.FULL | PeerInfo.LARGE | PeerInfo.PRIMARY_LARGE;

  private static List<PeerNid> nids = List.of();

  private InteropNode node;
  private SimplePeer peer;

  @BeforeAll
  static void findAddresses() throws IOException {
    nids =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(each -> each instanceof Inet6Address && !each.isLinkLocalAddress())
            .map(each -> PeerNid.of(each, 0))
            .distinct()
            .toList();
    assumeTrue(nids.size() >= 2, () -> "needs two addresses of IPv6, here are " + nids);
  }

  @BeforeEach
  void startNode() {
    node = start(plainAt(nids.get(0)));
    peer = keep(new SimplePeer(nids.get(1), node.port(), 1_000_001));
  }

  @Test
  void pingsWithRequestsOfVersionTwoAndHellosOfVersionFour() {
    peer.listen();
    InteropAnswer answer = node.beginPing(peer.nid());
    PeerOffer offer = peer.acceptOffer();
    assertThat(offer.request().version()).isEqualTo(2);
    assertThat(offer.request().target()).isEqualTo(peer.nid());
    assertThat(offer.hello().version()).isEqualTo(4);
    assertThat(offer.hello().source()).isEqualTo(node.nid());
    PeerServant servant = servant(peer, FEATURES);
    servant.serve(offer.answer());
    servant.start();
    assertThat(answer.await()).contains(peer.nid());
  }

  @Test
  void answersAPingWithFiftySixBytes() {
    PeerLink link = peer.connect(node.nid(), ConnType.CONTROL);
    link.send(PeerMessage.ping(peer.nid(), node.nid(), 8, 3960));
    PeerFrame reply = link.receiveMessage(PeerMessage.REPLY);
    assertThat(reply.payload()).hasSize(56);
    PeerInfo info = PeerInfo.decode(reply.payload());
    assertThat(info.features()).isEqualTo(FEATURES);
    assertThat(info.nids()).containsExactly(node.nid());
    assertThat(info.encode()).isEqualTo(reply.payload());
  }

  @Test
  void replaysTheKernelThatPingsAndDiscovers() {
    peer.listen();
    assertThat(replay("fd77::11@tcp").run())
        .contains(ReplayMask.INCARNATION, ReplayMask.HANDLE, ReplayMask.SEQUENCE)
        .doesNotContain(ReplayMask.COOKIE);
  }

  @Test
  void replaysTheKernelThatIsPingedAndDiscovered() {
    assertThat(replay("fd77::12@tcp").run())
        .contains(ReplayMask.INCARNATION, ReplayMask.HANDLE, ReplayMask.SEQUENCE)
        .doesNotContain(ReplayMask.COOKIE);
  }

  private Replay replay(String host) {
    InetAddress captured = PeerNid.of(host).address();
    return new Replay(CaptureScript.of("04-ipv6-discover-ping"), captured, node, address -> peer);
  }
}
