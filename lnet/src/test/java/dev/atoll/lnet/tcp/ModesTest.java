/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerOffer;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may be whom: the modes of identity, their ports, and what is said when they can't be had. */
class ModesTest {
  private static final Nid NODE = Nid.parse("127.0.33.5@tcp");
  private static final PeerNid NODE_NID = PeerNid.of("127.0.33.5@tcp");
  private static final int PRIVILEGED = 1003;

  private final int port = TcpLndContract.freePort();

  private TcpSettings settings(IdentityMode mode) {
    return TcpSettings.of(NODE, mode, 1).withPort(port).withTimes(TcpLndContract.TIMES);
  }

  private static void assumePrivilege() {
    assumeTrue("root".equals(System.getProperty("user.name")), "ports below 1024 need a privilege");
  }

  private static SimplePeer peer(int port) {
    return new SimplePeer(PeerNid.of("127.0.33.1@tcp"), port, 11);
  }

  @Test
  void plainModeHasNoPrivilegedPort() {
    assertThatThrownBy(() -> settings(IdentityMode.PLAIN).withPort(988))
        .isInstanceOf(LnetException.class)
        .hasMessageContaining("plain mode")
        .extracting(each -> ((LnetException) each).code())
        .isEqualTo(LnetException.WRONG_MODE);
  }

  @Test
  void eachModeHasItsPort() {
    assertThat(TcpSettings.of(NODE, IdentityMode.LUSTRE, 1).port()).isEqualTo(988);
    assertThat(TcpSettings.of(NODE, IdentityMode.PLAIN, 1).port()).isEqualTo(9988);
  }

  @Test
  void saysWhichPrivilegeIsMissing() {
    Posix posix = FaultyPosix.wrap(Posix.system(), FaultPlan.always("listenTcp", Errno.EACCES));
    assertThatThrownBy(() -> new TcpNode(posix, settings(IdentityMode.LUSTRE)))
        .hasMessageContaining("CAP_NET_BIND_SERVICE")
        .hasMessageContaining("ip_unprivileged_port_start")
        .hasMessageContaining(NODE.toString())
        .extracting(each -> ((LnetException) each).code())
        .isEqualTo(LnetException.PRIVILEGE);
  }

  @Test
  void namesWhoHasTheAddress() {
    try (var first = new TcpNode(Posix.system(), settings(IdentityMode.PLAIN))) {
      assertThat(first.lnd.nid()).isEqualTo(NODE);
      assertThatThrownBy(() -> new TcpNode(Posix.system(), settings(IdentityMode.PLAIN)))
          .hasMessageContaining("process " + ProcessHandle.current().pid() + " (")
          .extracting(each -> ((LnetException) each).code())
          .isEqualTo(LnetException.TAKEN);
    }
  }

  @Test
  void saysThatNoInterfaceHasTheAddress() {
    TcpSettings foreign =
        TcpSettings.of(Nid.parse("192.0.2.1@tcp"), IdentityMode.PLAIN, 1).withPort(port);
    assertThatThrownBy(() -> new TcpNode(Posix.system(), foreign))
        .hasMessageContaining("no interface")
        .extracting(each -> ((LnetException) each).code())
        .isEqualTo(LnetException.CONFIG);
  }

  @Test
  void lustreModeRefusesPortsThatAnybodyCanHave() {
    try (var node = new TcpNode(Posix.system(), settings(IdentityMode.LUSTRE));
        SimplePeer peer = peer(port)) {
      PeerLink link = peer.dial(NODE_NID, SimplePeer.ANY_PORT);
      assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
      node.awaitRefusal(Refusal.SOURCE_PORT, 1);
    }
  }

  @Test
  void lustreModeTakesNodesFromPrivilegedPorts() {
    assumePrivilege();
    try (var node = new TcpNode(Posix.system(), settings(IdentityMode.LUSTRE));
        SimplePeer peer = peer(port)) {
      PeerLink link = peer.connect(NODE_NID, 3, ConnType.CONTROL, PRIVILEGED);
      link.send(PeerMessage.put(peer.nid(), NODE_NID, -1, 4, 1, 0));
      node.awaitArrivals(1);
      assertThat(node.ask(() -> node.port.arrivals.getFirst().neighbour()))
          .isEqualTo(ProcessId.of(Nid.parse("127.0.33.1@tcp")));
    }
  }

  @Test
  void lustreModeConnectsFromPrivilegedPortsFromTheTop() {
    assumePrivilege();
    try (var node = new TcpNode(Posix.system(), settings(IdentityMode.LUSTRE));
        SimplePeer peer = peer(port).listen()) {
      node.put(Nid.parse("127.0.33.1@tcp"), 1, 0);
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        PeerOffer offer = peer.acceptOffer();
        ports.add(offer.link().remote().getPort());
        offer.answer();
      }
      assertThat(ports).allMatch(each -> each >= 512 && each < 1024);
      assertThat(ports).isSortedAccordingTo((left, right) -> right - left).doesNotHaveDuplicates();
    }
  }

  @Test
  void namesOthersByTheirPortIfAllMayCome() {
    TcpSettings all = settings(IdentityMode.LUSTRE).withAccept(AcceptPolicy.ALL);
    try (var node = new TcpNode(Posix.system(), all);
        SimplePeer peer = peer(port)) {
      PeerLink link = peer.connect(NODE_NID, ConnType.CONTROL);
      int itsPort = link.local().getPort();
      link.send(PeerMessage.put(peer.nid(), NODE_NID, -1, 4, 1, 0).withPids(12345, 5));
      node.awaitArrivals(1);
      var id = new ProcessId(Nid.parse("127.0.33.1@tcp"), itsPort | ProcessId.USER_FLAG);
      var arrival = node.ask(() -> node.port.arrivals.getFirst());
      assertThat(arrival.neighbour()).isEqualTo(id);
      assertThat(arrival.sourcePid()).isEqualTo(id.pid());
      assertThat(arrival.source()).isEqualTo(id.nid());
      link.close();
      node.awaitConnections(0);
      node.run(() ->
          node.lnd.send(
              dev.atoll.lnet.FakePort.put(NODE, id, 2, System.nanoTime() + 1_000_000_000L)));
      node.await("an end", () -> !node.port.sent.isEmpty());
      assertThat(node.ask(() -> node.lnd.counters().connects)).isZero();
      assertThat(node.ask(() -> node.port.sent.getFirst().status()))
          .isEqualTo(-Errno.EHOSTUNREACH.number());
    }
  }

  @Test
  void doesNotListenIfNobodyMayCome() {
    TcpSettings none = settings(IdentityMode.LUSTRE).withAccept(AcceptPolicy.NONE);
    try (var node = new TcpNode(Posix.system(), none);
        SimplePeer peer = peer(port)) {
      assertThat(node.lnd.nid()).isEqualTo(NODE);
      assertThatThrownBy(() -> peer.dial(NODE_NID, SimplePeer.ANY_PORT))
          .hasRootCauseInstanceOf(java.net.ConnectException.class);
    }
  }
}
