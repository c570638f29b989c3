/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.DropReason;
import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerServant;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.lnet.tcp.Cut;
import dev.atoll.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are cut short, stand still, lie about lengths and offsets, or answer nothing. */
class HostileMessageTest extends HostileFixture {
  private static final int MEBIBYTE = 1 << 20;

  private PeerLink connect(int version) {
    return attacker.connect(node.nid(), version, ConnType.CONTROL, SimplePeer.ANY_PORT);
  }

  private PeerMessage put(long handle, int length) {
    return PeerMessage.put(attacker.nid(), node.nid(), handle, 30, 5, length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void aMessageCutAtAnyByteEndsItsConnectionAndFailsItsMemory(int version) {
    begin(plain());
    InteropBuffer buffer = node.post(30, 5, 24);
    byte[] frame = PeerFrame.of(put(9, 24), FramingInteropTest.bytes(24)).encode(version);
    for (int length = 1; length < frame.length; length++) {
      PeerLink link = connect(version);
      link.write(Arrays.copyOf(frame, length));
      link.shutdownOutput();
      assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
      link.close();
    }
    assertThat(node.counted(counters -> counters.cuts(Cut.TORN))).isEqualTo(frame.length - 1);
    assertThat(buffer.events()).allMatch(event -> event.status() < 0);
    assertNothingIsLeft();
    PeerLink link = connect(version);
    link.write(frame);
    assertThat(link.receiveMessage(PeerMessage.ACK).message().length()).isEqualTo(24);
    link.close();
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "1,1048577",
    "1,2147483647",
    "1,-2147483648",
    "1,-1",
    "3,1048577",
    "3,2147483647",
    "3,-2147483648",
    "3,-1",
    "2,1",
    "2,-1",
    "0,1",
    "0,-2147483648",
    "0,-1"
  })
  void aLengthThatNoMessageHasClosesThePeer(int type, int length) {
    begin(plain());
    PeerLink link = connect(3);
    PeerMessage message = PeerMessage.ping(attacker.nid(), node.nid(), 9, 0);
    link.writeAtBest(PeerFrame.of(message.withType(type).withPayloadLength(length)).encode(3));
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(dropped(DropReason.BROKEN_PROTOCOL)).isEqualTo(1);
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void theLargestMessageThatNobodyWantsIsReadAndForgotten() {
    begin(plain());
    PeerLink link = connect(3);
    link.send(put(9, MEBIBYTE), new byte[MEBIBYTE]);
    assertThat(pingOn(link, attacker, node)).contains(node.nid());
    assertThat(dropped(DropReason.NO_MATCH)).isEqualTo(1);
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void aPayloadThatStandsStillEndsInTimeWhileOthersAreServed() {
    begin(plain().networkTimeout(Duration.ofMillis(400)));
    InteropBuffer buffer = node.post(30, 5, 100_000);
    PeerLink link = connect(3);
    byte[] frame = PeerFrame.of(put(9, 100_000), new byte[100_000]).encode(3);
    link.write(Arrays.copyOf(frame, 50_000));
    assertBystanderIsServed();
    assertThat(link.endingWithoutBytes()).isNotEqualTo(Ending.OPEN);
    assertThat(buffer.await(LnetEventType.PUT).status()).isNegative();
    assertThat(node.counted(counters -> counters.cuts(Cut.STALLED))).isEqualTo(1);
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void aPeerThatAsksAndNeverListensIsCutOffWhileOthersAreServed() {
    // What could not be sent is tried again until its transaction's time is over.
    Duration patience = Duration.ofMillis(500);
    begin(plain().networkTimeout(patience).transactionTimeout(patience.multipliedBy(2)));
    PeerLink link = connect(3);
    byte[] get = PeerFrame.of(PeerMessage.ping(attacker.nid(), node.nid(), 9, 272)).encode(3);
    byte[] many = new byte[500 * get.length];
    for (int at = 0; at < many.length; at += get.length) {
      System.arraycopy(get, 0, many, at, get.length);
    }
    for (int round = 0; round < 200; round++) {
      link.writeAtBest(many);
      if (round % 50 == 0) {
        assertBystanderIsServed();
      }
    }
    eventually(
        "the peer is cut off", () -> node.counted(counters -> counters.cuts(Cut.STALLED)) > 0);
    link.close();
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 0x7fffffff, 0x80000000, 0xffffffff})
  void anOffsetBehindTheMemoryIsDropped(int offset) {
    begin(plain());
    InteropBuffer buffer = node.post(30, 5, 100);
    byte[] content = FramingInteropTest.bytes(100);
    InteropBuffer source = node.offer(31, 5, content);
    PeerLink link = connect(3);
    link.send(put(9, 10).withData(0, offset), FramingInteropTest.bytes(10));
    link.send(PeerMessage.get(attacker.nid(), node.nid(), 9, 31, 5, offset, 10));
    assertThat(pingOn(link, attacker, node)).contains(node.nid());
    assertThat(dropped(DropReason.BAD_OFFSET)).isEqualTo(2);
    assertThat(buffer.bytes()).containsOnly(0);
    assertThat(buffer.events()).isEmpty();
    assertThat(source.events()).isEmpty();
    link.close();
    assertNothingIsLeft();
  }

  @Test
  void lengthsBehindTheMemoryAreCutOrDroppedAsTheMemorySays() {
    begin(plain());
    InteropBuffer cutting = node.post(30, 5, 100);
    InteropBuffer strict =
        node.attach(
            30, 6, new byte[100], MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE));
    PeerLink link = connect(3);
    link.send(put(9, 20).withData(0, 90), FramingInteropTest.bytes(20));
    assertThat(link.receiveMessage(PeerMessage.ACK).message().length()).isEqualTo(10);
    link.send(
        PeerMessage.put(attacker.nid(), node.nid(), 9, 30, 6, 20).withData(0, 90),
        FramingInteropTest.bytes(20));
    assertThat(pingOn(link, attacker, node)).contains(node.nid());
    assertThat(dropped(DropReason.TOO_LONG)).isEqualTo(1);
    assertThat(Arrays.copyOfRange(cutting.bytes(), 90, 100))
        .isEqualTo(FramingInteropTest.bytes(10));
    assertThat(strict.bytes()).containsOnly(0);
    link.close();
    assertNothingIsLeft();
  }

  /** The one who was asked, and somebody else, try to answer with what they know or guess. */
  @Test
  void forgedAnswersTouchNothingAndTheRightOneIsTaken() {
    begin(plain().withoutDiscovery());
    PeerServant asked = servant(attacker.listen(), PeerInfo.PINGABLE).start();
    asked.answerWith((link, frame) -> frame.message().portal() == 52);
    InteropBuffer buffer = node.get(attacker.nid(), 52, 7, 100);
    PeerMessage get =
        asked.await("the GET", f -> f.isMessage() && f.message().portal() == 52).message();
    byte[] wrong = new byte[100];
    Arrays.fill(wrong, (byte) 0xee);
    for (int bit = 0; bit < 64; bit++) {
      long flip = 1L << bit;
      asked.send(
          PeerFrame.of(get.reply(100).withHandle(get.handleHigh() ^ flip, get.handleLow()), wrong));
      asked.send(
          PeerFrame.of(get.reply(100).withHandle(get.handleHigh(), get.handleLow() ^ flip), wrong));
    }
    asked.send(PeerFrame.of(get.ack(5)));
    asked.send(PeerFrame.of(get.reply(101), new byte[101]));
    witness().send(get.reply(100).withSource(bystander().nid()), wrong);
    assertBystanderIsServed();
    assertThat(pingOn(asked.link(ConnType.CONTROL), asked, node)).contains(node.nid());
    assertThat(dropped(DropReason.UNKNOWN_HANDLE)).isGreaterThanOrEqualTo(128);
    assertThat(dropped(DropReason.FOREIGN_ANSWER)).isGreaterThanOrEqualTo(1);
    assertThat(dropped(DropReason.LONG_REPLY)).isEqualTo(1);
    assertThat(buffer.bytes()).containsOnly(0);
    byte[] right = FramingInteropTest.bytes(100);
    asked.send(PeerFrame.of(get.reply(100), right));
    assertThat(buffer.await(LnetEventType.REPLY).status()).isZero();
    assertThat(buffer.bytes()).isEqualTo(right);
    asked.send(PeerFrame.of(get.reply(100), wrong));
    assertThat(pingOn(asked.link(ConnType.CONTROL), asked, node)).contains(node.nid());
    assertThat(buffer.bytes()).isEqualTo(right);
    asked.close();
    assertNothingIsLeft();
  }

  @Test
  void anyBytesInPlaceOfFramesHarmNobodyElse() {
    begin(plain());
    InteropBuffer buffer = node.post(30, 5, 1000);
    var random = new Random(Seeds.of(HostileMessageTest.class));
    byte[] good = PeerFrame.of(put(9, 40), FramingInteropTest.bytes(40)).encode(3);
    for (int round = 0; round < 300; round++) {
      PeerLink link = connect(3);
      byte[] bad = good.clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        bad[random.nextInt(24 + 72)] = (byte) random.nextInt();
      }
      link.writeAtBest(SimplePeer.join(good, bad, good));
      link.shutdownOutput();
      assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
      link.close();
      if (round % 50 == 0) {
        assertBystanderIsServed();
      }
    }
    assertThat(buffer.events()).hasSizeGreaterThan(299);
    assertNothingIsLeft();
  }
}
