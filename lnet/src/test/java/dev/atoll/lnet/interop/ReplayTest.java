/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.SimplePeer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A node of ours in the place of each host that was captured, as far as it plays that role.
 *
 * <p>Not played: the user node of captures 06, 07, 08 and 10, which says wrong things on purpose
 * that a node of ours must not say, and the router of 13, since ours is an end node. Capture 04 is
 * in {@link LargeNidInteropTest}.
 */
class ReplayTest extends InteropFixture {
  private static final InetAddress USER = PeerNid.of("10.77.0.1@tcp").address();
  private static final InetAddress HIGH_USER = PeerNid.of("10.77.0.200@tcp").address();
  private static final InetAddress KERNEL_A = PeerNid.of("10.77.0.11@tcp").address();
  private static final InetAddress KERNEL_B = PeerNid.of("10.77.0.12@tcp").address();
  private static final InetAddress KERNEL_C = PeerNid.of("10.77.0.13@tcp").address();

  private final Map<InetAddress, SimplePeer> peers = new HashMap<>();

  /** Who plays a captured host that the node does not play; listens unless it is a client. */
  private SimplePeer peer(InteropNode node, InetAddress captured, boolean listens) {
    SimplePeer peer = peer(node);
    peers.put(captured, peer);
    return listens ? peer.listen() : peer;
  }

  private Replay replay(String capture, InetAddress host, InteropNode node) {
    return new Replay(CaptureScript.of(capture), host, node, peers::get);
  }

  @Test
  void pingsAsTheKernelDoes() {
    InteropNode node = plainNode();
    peer(node, KERNEL_B, true);
    assertThat(replay("01-ping", KERNEL_A, node).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.HANDLE);
  }

  @Test
  void isPingedAsTheKernelIs() {
    InteropNode node = plainNode();
    peer(node, KERNEL_A, false);
    assertThat(replay("01-ping", KERNEL_B, node).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  @Test
  void discoversAsTheKernelDoes() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node, KERNEL_B, false);
    Replay replay =
        replay("02-discover", KERNEL_A, node).with(1, peer.connect(node.nid(), ConnType.CONTROL));
    assertThat(replay.run()).isSubsetOf(OF_DISCOVERY);
  }

  @Test
  void isDiscoveredAsTheKernelIs() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node, KERNEL_A, false);
    Replay replay =
        replay("02-discover", KERNEL_B, node).with(1, peer.connect(node.nid(), ConnType.CONTROL));
    assertThat(replay.run()).isSubsetOf(OF_DISCOVERY);
  }

  private static final Set<ReplayMask> OF_DISCOVERY =
      Set.of(ReplayMask.HANDLE, ReplayMask.SEQUENCE, ReplayMask.ORDER);

  @Test
  void movesBulkAsTheKernelThatAsksForIt() {
    InteropNode node = start(plain().withoutDiscovery());
    SimplePeer peer = peer(node, KERNEL_B, false);
    assertThat(bulk(node, KERNEL_A, peer, ConnType.BULK_OUT, ConnType.BULK_IN))
        .containsExactlyInAnyOrder(ReplayMask.COOKIE);
  }

  @Test
  void movesBulkAsTheKernelThatIsAskedForIt() {
    InteropNode node = start(plain().withoutDiscovery());
    SimplePeer peer = peer(node, KERNEL_A, false);
    assertThat(bulk(node, KERNEL_B, peer, ConnType.BULK_IN, ConnType.BULK_OUT))
        .containsExactlyInAnyOrder(ReplayMask.COOKIE, ReplayMask.HANDLE);
  }

  /** The connections stood before the capture began; their types follow from who sent on them. */
  private Set<ReplayMask> bulk(
      InteropNode node, InetAddress host, SimplePeer peer, int second, int third) {
    Replay replay =
        replay("03-selftest-brw", host, node)
            .with(1, peer.connect(node.nid(), ConnType.CONTROL))
            .with(2, peer.connect(node.nid(), second))
            .with(3, peer.connect(node.nid(), third));
    replay.postMemory();
    return replay.run();
  }

  @Test
  void pingsAndDiscoversAUserNodeAsTheKernelDoes() {
    InteropNode node = plainNode();
    peer(node, USER, true);
    assertThat(replay("05-kernel-pings-user", KERNEL_A, node).run())
        .contains(ReplayMask.INCARNATION, ReplayMask.HANDLE, ReplayMask.SEQUENCE)
        .doesNotContain(ReplayMask.COOKIE);
  }

  @Test
  void isPingedAndDiscoveredAsTheUserNodeIs() {
    InteropNode node = plainNode();
    peer(node, KERNEL_A, false);
    assertThat(replay("05-kernel-pings-user", USER, node).withoutEndsOfTheNode().run())
        .contains(ReplayMask.INCARNATION, ReplayMask.HANDLE, ReplayMask.SEQUENCE)
        .doesNotContain(ReplayMask.COOKIE);
  }

  @Test
  void answersTheMistakesOfAUserNodeAsTheKernelDoes() {
    InteropNode node = plainNode();
    peer(node, USER, false);
    assertThat(replay("06-user-pings-kernel-errors", KERNEL_A, node).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  /** Connection 7 is from a port that only Lustre's mode refuses; 15 from a big-endian sender. */
  @Test
  void answersHandshakesOfAllKindsAsTheKernelDoes() {
    InteropNode node = start(plain().acceptTimeout(Duration.ofMillis(300)));
    peer(node, USER, false);
    assertThat(replay("07-handshake-variants", KERNEL_A, node).skipping(7, 15).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  /** Connection 12 is from a high port, which is a name of its own in Lustre's mode only. */
  @Test
  void speaksAllVersionsAsTheKernelDoes() {
    InteropNode node = plainNode();
    peer(node, USER, false);
    assertThat(replay("08-proto-versions", KERNEL_A, node).skipping(12, 13).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  @Test
  void namesAUserOnAHighPortAsTheKernelDoes() {
    InteropNode node = start(lustre().acceptAll());
    peer(node, USER, false);
    Replay replay = replay("08-proto-versions", KERNEL_C, node).fromCapturedPorts().pingingAt(13);
    assertThat(replay.skipping(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  @Test
  void winsAndLosesRacesAsTheKernelDoes() {
    SimplePeer low = lowerPeer().listen();
    peers.put(USER, low);
    InteropNode node = start(plain().retryAfter(Duration.ofMillis(5)));
    peer(node, HIGH_USER, true);
    assertThat(replay("10-race", KERNEL_A, node).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.HANDLE);
  }

  /** The node looks at its gateway first, which the captured user node did not. */
  @Test
  void pingsThroughARouterAsTheUserNodeDoes() {
    InteropNode node = plainNode();
    SimplePeer router = peer(node, KERNEL_C, true);
    peers.put(KERNEL_B, peer(node));
    PeerNid far = PeerNid.of(peers.get(KERNEL_B).nid().address(), 1);
    node.addRoute(far, router.nid());
    PeerLink control = router.acceptOffer().answer();
    byte[] info = PeerInfo.of(PeerInfo.FULL & ~4, 1, router.nid()).encode();
    PeerMessage look = control.receiveMessage(PeerMessage.GET).message();
    control.send(look.reply(info.length), info);
    eventually("the gateway has been looked at", () -> node.isRouteUp(far));
    List<CapturedStep> behindTheHandshake =
        CaptureScript.of("13-router").stream()
            .filter(step -> step.connection() == 1)
            .filter(ReplayTest::isBehindTheHandshake)
            .toList();
    assertThat(new Replay(behindTheHandshake, USER, node, peers::get).with(1, control).run())
        .containsExactly(ReplayMask.HANDLE);
  }

  private static boolean isBehindTheHandshake(CapturedStep step) {
    return switch (step) {
      case CapturedStep.Opened _ -> true;
      case CapturedStep.Said said -> said.kind() == CapturedStep.Kind.FRAME;
      case CapturedStep.Ended _ -> false;
    };
  }

  /** Connections 3 and 6 are the kernel's own attempts, which lost; when they come is open. */
  @Test
  void isPingedThroughARouterAsTheKernelIs() {
    InteropNode node = start(plainOn(1));
    SimplePeer router = peer(node, KERNEL_C, false);
    peers.put(USER, peer(node));
    node.addRoute(peers.get(USER).nid(), PeerNid.of(router.nid().address(), 1));
    assertThat(replay("13-router", KERNEL_B, node).skipping(1, 3, 6).run())
        .containsExactlyInAnyOrder(ReplayMask.INCARNATION, ReplayMask.SEQUENCE);
  }

  @Test
  void noticesANodeThatSaysSomethingElse() {
    InteropNode node = plainNode();
    SimplePeer peer = peer(node, KERNEL_A, false);
    List<CapturedStep> steps =
        CaptureScript.of("01-ping").stream().map(ReplayTest::withAnotherStatus).toList();
    var replay = new Replay(steps, KERNEL_B, node, address -> peer);
    assertThatThrownBy(replay::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("connection 1 < FRAME");
  }

  private static CapturedStep withAnotherStatus(CapturedStep step) {
    if (!(step instanceof CapturedStep.Said said)
        || said.byActive()
        || said.kind() != CapturedStep.Kind.FRAME) {
      return step;
    }
    byte[] bytes = said.bytes();
    bytes[bytes.length - 5] ^= 1;
    return new CapturedStep.Said(said.connection(), false, said.kind(), said.version(), bytes);
  }
}
