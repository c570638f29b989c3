/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.LndPort.Verdict;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.posix.Errno;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the node makes of frames, seen by a peer that sends what it likes. */
class FramesTest extends TcpLndFixture {
  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private PeerFrame frame(long matchBits, int length) {
    return PeerFrame.of(put(matchBits, length), bytes(length));
  }

  @Test
  void readsOverSignsOfLife() {
    PeerLink link = connect();
    link.send(PeerFrame.noop(0, 1));
    link.send(PeerFrame.noop(0, 0));
    link.send(frame(1, 5));
    node.awaitArrivals(1);
    link.expectSilence(MOMENT);
  }

  @Test
  void cutsOffWhoAcknowledgesWhatNobodyAsked() {
    PeerLink control = connect();
    PeerLink bulk = connect(ConnType.BULK_OUT);
    control.send(PeerFrame.noop(0, 99));
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
    assertThat(bulk.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.COOKIE, 1);
  }

  @Test
  void cutsOffWhoAcknowledgesARange() {
    PeerLink control = connect();
    control.send(PeerFrame.noop(1, 1));
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
    PeerLink again = connect();
    again.send(frame(1, 5).withCookies(0, 44));
    assertThat(again.ending()).isNotEqualTo(Ending.OPEN);
    assertThat(node.ask(() -> node.port.arrivals)).isEmpty();
  }

  @Test
  void cutsOffWhoSendsAFrameThatIsNone() {
    PeerLink control = connect();
    PeerLink bulk = connect(ConnType.BULK_IN);
    bulk.send(frame(1, 0).withType(0xc2));
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.FRAME, 1);
    assertThat(node.ask(() -> node.port.lastChange().status())).isEqualTo(-Errno.EPROTO.number());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 9})
  void cutsOffWhoSendsAMessageThatIsNone(int type) {
    PeerLink control = connect();
    control.send(put(1, 0).withType(type));
    assertThat(control.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.HEADER, 1);
    assertThat(node.ask(() -> node.port.headers)).isZero();
  }

  @Test
  void acknowledgesOverItsBulkInAsTheKernelWantsIt() {
    PeerLink control = connect();
    PeerLink bulk = connect(ConnType.BULK_OUT);
    control.send(frame(1, 65_536).withCookies(7, 0));
    PeerFrame answer = bulk.receive();
    assertThat(answer.type()).isEqualTo(PeerFrame.NOOP);
    assertThat(answer.firstCookie()).isZero();
    assertThat(answer.secondCookie()).isEqualTo(7);
    control.expectSilence(MOMENT);
    bulk.expectSilence(MOMENT);
  }

  @Test
  void acknowledgesAfterThePayloadAndNotBefore() {
    PeerLink control = connect();
    byte[] frame = frame(1, 20_000).withCookies(8, 0).encode(3);
    control.write(Arrays.copyOf(frame, frame.length - 1));
    node.await("the header", () -> node.port.headers == 1);
    control.expectSilence(MOMENT);
    control.write(frame[frame.length - 1]);
    assertThat(control.receive().secondCookie()).isEqualTo(8);
  }

  @Test
  void acknowledgesWhatIsDroppedAndWhatIsEmpty() {
    node.run(() -> node.port.verdict = message -> Verdict.DROP);
    PeerLink control = connect();
    control.send(frame(1, 65_536).withCookies(7, 0));
    assertThat(control.receive().secondCookie()).isEqualTo(7);
    PeerMessage ping = PeerMessage.ping(peer.nid(), NODE_NID, 1, 200);
    control.send(PeerFrame.of(ping).withCookies(9, 0));
    assertThat(control.receive().secondCookie()).isEqualTo(9);
    assertThat(node.ask(() -> node.lnd.counters().sentAcknowledgements)).isEqualTo(2);
  }

  @Test
  void cutsOffWhoWantsAcknowledgementsAndReadsNone() {
    PeerLink control = connect();
    var all = new byte[1 << 20];
    byte[] frame = frame(1, 0).withCookies(5, 0).encode(3);
    for (int at = 0; at + frame.length <= all.length; at += frame.length) {
      System.arraycopy(frame, 0, all, at, frame.length);
    }
    byte[] whole = Arrays.copyOf(all, all.length / frame.length * frame.length);
    for (int i = 0; i < 400 && node.ask(() -> node.lnd.counters().cuts(Cut.COOKIE)) == 0; i++) {
      control.writeAtBest(whole);
    }
    node.awaitCut(Cut.COOKIE, 1);
  }

  @Test
  void takesTheEndBetweenMessagesForAnOrderlyOne() {
    PeerLink control = connect();
    control.send(frame(1, 5));
    node.awaitArrivals(1);
    control.close();
    node.awaitCut(Cut.ENDED, 1);
    assertThat(node.ask(() -> node.port.lastChange().status())).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 23, 24, 95, 96, 97, 8000, 20_000})
  void takesTheEndWithinAMessageForAnError(int cutAt) {
    PeerLink control = connect();
    byte[] frame = frame(1, 20_000).encode(3);
    control.write(Arrays.copyOf(frame, cutAt));
    control.shutdownOutput();
    node.awaitCut(Cut.TORN, 1);
    assertThat(node.ask(() -> node.port.lastChange().status())).isEqualTo(-Errno.EPROTO.number());
    int begun = cutAt < 96 ? 0 : 1;
    assertThat(node.ask(() -> node.port.headers)).isEqualTo(begun);
    assertThat(node.ask(() -> node.port.arrivals)).hasSize(begun);
    assertThat(node.ask(() -> node.port.arrivals)).allMatch(each -> each.status() < 0);
  }

  @Test
  void oneBrokenConnectionClosesItsSiblings() {
    PeerLink control = connect();
    PeerLink bulk = connect(ConnType.BULK_IN);
    node.awaitConnections(2);
    control.reset();
    assertThat(bulk.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitConnections(0);
    assertThat(node.ask(() -> node.port.changes)).hasSize(2);
  }

  @Test
  void checksTheSumOfVersionTwo() {
    PeerLink link = peer.connect(NODE_NID, 2, ConnType.CONTROL, SimplePeer.ANY_PORT);
    PeerFrame good = frame(1, 20_000);
    link.send(good.withChecksum(good.wholeChecksum()));
    PeerFrame noop = PeerFrame.noop(0, 0);
    link.send(noop.withChecksum(noop.wholeChecksum()));
    node.awaitArrivals(1);
    assertThat(node.ask(() -> node.port.arrivals.getFirst().payload())).isEqualTo(bytes(20_000));
    link.send(good.withChecksum(good.wholeChecksum() + 1));
    assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.CHECKSUM, 1);
    assertThat(node.ask(() -> node.port.arrivals.getLast().status()))
        .isEqualTo(-Errno.EIO.number());
  }

  @Test
  void checksTheSumOfVersionThree() {
    PeerLink link = connect();
    PeerFrame good = frame(1, 3000);
    link.send(good.withChecksum(good.payloadChecksum()));
    link.send(PeerFrame.noop(0, 1).withChecksum(-1));
    link.send(frame(2, 0).withChecksum(-1));
    node.awaitArrivals(2);
    link.send(PeerFrame.noop(0, 1).withChecksum(0x1234));
    assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
    node.awaitCut(Cut.CHECKSUM, 1);
  }

  @Test
  void doesNotCheckWhatItHasCut() {
    node.run(() -> node.port.room = message -> 100);
    PeerLink link = connect();
    link.send(frame(1, 3000).withChecksum(77));
    node.awaitArrivals(1);
    assertThat(node.ask(() -> node.port.arrivals.getFirst().status())).isZero();
    link.expectSilence(MOMENT);
  }

  @Test
  void acceptsAnUntypedConnectionOfVersionThreeAndNeverUsesIt() {
    PeerLink link = connect(ConnType.ANY);
    link.send(frame(1, 10));
    node.awaitArrivals(1);
    node.put(LOWER, 2, 10);
    link.expectSilence(MOMENT);
  }

  @Test
  void sendsEverythingOverTheOneConnectionThereIs() {
    PeerLink link = connect();
    node.awaitConnections(1);
    node.put(LOWER, 1, 10);
    node.put(LOWER, 2, 50_000);
    assertThat(link.receive().message().matchBits()).isEqualTo(1);
    assertThat(link.receive().message().matchBits()).isEqualTo(2);
  }

  @Test
  void neverAsksForAcknowledgementAndSumsNothingUp() {
    PeerLink link = connect();
    node.awaitConnections(1);
    node.put(LOWER, 2, 500_000);
    PeerFrame frame = link.receive();
    assertThat(frame.firstCookie()).isZero();
    assertThat(frame.secondCookie()).isZero();
    assertThat(frame.checksum()).isZero();
    assertThat(frame.message().sourcePid()).isEqualTo(12345);
    assertThat(node.ask(() -> node.port.sent)).extracting(FakePort.Sent::status).containsOnly(0);
  }
}
