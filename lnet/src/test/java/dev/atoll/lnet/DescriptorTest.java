/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others do to attached memory. */
class DescriptorTest extends CoreFixture {
  private static final int ENOENT = -2;
  private static final int ECANCELED = -125;

  @Test
  void storesAPutAndReportsEveryField() {
    MemorySegment first = memory(3);
    MemorySegment second = memory(13);
    MatchEntry entry = core.attach(5, MatchSpec.exact(42));
    var descriptor =
        core.attach(
            entry,
            Pieces.of(List.of(first, second)),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            handler,
            "mine");
    primary.put(THERE, THERE_TOO);
    IncomingMessage message = put(42, 8);
    message.header().offset = 2;
    message.header().headerData = 0x1122_3344_5566_7788L;
    message.neighbour(ProcessId.of(GATEWAY));
    assertThat(arrive(message)).isEqualTo(Verdict.ACCEPT);
    byte[] stored = new byte[16];
    System.arraycopy(bytes(first), 0, stored, 0, 3);
    System.arraycopy(bytes(second), 0, stored, 3, 13);
    byte[] expected = new byte[16];
    System.arraycopy(bytes(pattern(8)), 0, expected, 2, 8);
    assertThat(stored).isEqualTo(expected);
    LnetEvent event = last();
    assertThat(event.type()).isEqualTo(LnetEventType.PUT);
    assertThat(event.initiator()).isEqualTo(ProcessId.of(THERE_TOO));
    assertThat(event.sourceNid()).isEqualTo(THERE);
    assertThat(event.senderNid()).isEqualTo(GATEWAY);
    assertThat(event.targetNid()).isEqualTo(HERE);
    assertThat(event.targetPid()).isEqualTo(12345);
    assertThat(event.portal()).isEqualTo(5);
    assertThat(event.matchBits()).isEqualTo(42);
    assertThat(event.requestedLength()).isEqualTo(8);
    assertThat(event.movedLength()).isEqualTo(8);
    assertThat(event.offset()).isEqualTo(2);
    assertThat(event.headerData()).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(event.status()).isZero();
    assertThat(event.isUnlinked()).isFalse();
    assertThat(event.descriptor()).isSameAs(descriptor);
    assertThat(event.userPointer()).isEqualTo("mine");
  }

  @Test
  void answersAGetFromItsMemoryAndReportsItWhenTheReplyHasLeft() {
    MemorySegment memory = pattern(16);
    attach(5, MatchSpec.exact(42), Pieces.of(memory), MemoryOptions.forGets().withThreshold(1));
    IncomingMessage message = get(42, 10);
    message.neighbour(ProcessId.of(GATEWAY));
    assertThat(arrive(message)).isEqualTo(Verdict.ACCEPT);
    assertThat(events).isEmpty();
    OutgoingMessage reply = sent.getFirst();
    assertThat(reply.via).isEqualTo(ProcessId.of(GATEWAY));
    LnetHeader header = reply.header();
    assertThat(header.type).isEqualTo(MessageType.REPLY);
    assertThat(header.destination).isEqualTo(THERE);
    assertThat(header.destinationPid).isEqualTo(12345);
    assertThat(header.source).isEqualTo(HERE);
    assertThat(header.sourcePid).isEqualTo(12345);
    assertThat(header.wireInterfaceCookie).isEqualTo(77);
    assertThat(header.wireObjectCookie).isEqualTo(78);
    assertThat(header.payloadLength).isEqualTo(10);
    MemorySegment out = memory(10);
    reply.pieces().copyTo(reply.payloadOffset(), out, 0, 10);
    assertThat(bytes(out)).isEqualTo(bytes(pattern(10)));
    leave();
    assertThat(types()).containsExactly(LnetEventType.GET);
    assertThat(last().requestedLength()).isEqualTo(10);
    assertThat(last().movedLength()).isEqualTo(10);
    assertThat(last().isUnlinked()).isTrue();
  }

  @Test
  void acknowledgesWhatIsInPlace() {
    attach(MatchSpec.exact(42), 4, MemoryOptions.forPuts().with(MemoryOptions.TRUNCATE));
    IncomingMessage message = put(42, 9);
    message.header().wireInterfaceCookie = 77;
    message.header().wireObjectCookie = 78;
    message.neighbour(ProcessId.of(GATEWAY));
    assertThat(core.arrived(message)).isEqualTo(Verdict.ACCEPT);
    assertThat(sent).isEmpty();
    message.stored(4);
    core.received(message, 0);
    OutgoingMessage ack = sent.getFirst();
    LnetHeader header = ack.header();
    assertThat(header.type).isEqualTo(MessageType.ACK);
    assertThat(header.payloadLength).isZero();
    assertThat(header.length).isEqualTo(4);
    assertThat(header.matchBits).isEqualTo(42);
    assertThat(header.wireInterfaceCookie).isEqualTo(77);
    assertThat(header.wireObjectCookie).isEqualTo(78);
    assertThat(header.destination).isEqualTo(THERE);
    assertThat(header.source).isEqualTo(HERE);
    assertThat(ack.via).isEqualTo(ProcessId.of(GATEWAY));
    assertThat(types()).containsExactly(LnetEventType.PUT);
  }

  @Test
  void doesNotAcknowledgeUnaskedNorFailedNorIfTheDescriptorForbidsIt() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    attach(MatchSpec.exact(2), 8, MemoryOptions.forPuts().with(MemoryOptions.ACK_DISABLE));
    arrive(put(1, 1));
    IncomingMessage disabled = put(2, 1);
    disabled.header().wireInterfaceCookie = 77;
    arrive(disabled);
    IncomingMessage failing = put(1, 1);
    failing.header().wireObjectCookie = 78;
    assertThat(core.arrived(failing)).isEqualTo(Verdict.ACCEPT);
    core.received(failing, -104);
    assertThat(sent).isEmpty();
    assertThat(events).extracting(LnetEvent::status).containsExactly(0, 0, -104);
  }

  @Test
  void packsPutsBackToBackWhereItManagesOffsetsItself() {
    var descriptor = attach(MatchSpec.exact(1), 16, MemoryOptions.forPuts());
    for (int length : new int[] {5, 0, 7}) {
      IncomingMessage message = put(1, length);
      message.header().offset = 3;
      arrive(message);
    }
    assertThat(events).extracting(LnetEvent::offset).containsExactly(0L, 5L, 5L);
    byte[] expected = new byte[16];
    System.arraycopy(bytes(pattern(5)), 0, expected, 0, 5);
    System.arraycopy(bytes(pattern(7)), 0, expected, 5, 7);
    MemorySegment all = memory(16);
    descriptor.pieces().copyTo(0, all, 0, 16);
    assertThat(bytes(all)).isEqualTo(expected);
  }

  @Test
  void movesItsOffsetByGetsToo() {
    attach(MatchSpec.exact(1), 16, MemoryOptions.forGets());
    arrive(get(1, 6));
    arrive(get(1, 6));
    assertThat(sent).extracting(OutgoingMessage::payloadOffset).containsExactly(0L, 6L);
  }

  @Test
  void cutsWhatDoesNotFitOnlyIfItMay() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().with(MemoryOptions.TRUNCATE));
    attach(MatchSpec.exact(2), 8, MemoryOptions.forPuts());
    arrive(put(1, 20));
    assertThat(last().requestedLength()).isEqualTo(20);
    assertThat(last().movedLength()).isEqualTo(8);
    assertThat(arrive(put(2, 9))).isEqualTo(Verdict.DROP);
    assertThat(arrive(put(2, 8))).isEqualTo(Verdict.ACCEPT);
    assertThat(dropped(DropReason.TOO_LONG)).isEqualTo(1);
  }

  @Test
  void readsNothingAtTheEndAndDropsWhatLiesBehindIt() {
    int flags = MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE;
    attach(MatchSpec.exact(1), 8, MemoryOptions.forGets().with(flags | MemoryOptions.OP_PUT));
    IncomingMessage atEnd = get(1, 100);
    atEnd.header().offset = 8;
    assertThat(arrive(atEnd)).isEqualTo(Verdict.ACCEPT);
    assertThat(sent.getFirst().payloadLength()).isZero();
    for (int offset : new int[] {9, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
      for (IncomingMessage beyond : List.of(get(1, 100), put(1, 4))) {
        beyond.header().offset = offset;
        assertThat(arrive(beyond)).isEqualTo(Verdict.DROP);
      }
    }
    assertThat(dropped(DropReason.BAD_OFFSET)).isEqualTo(8);
  }

  @Test
  void takesOffsetsAndLengthsOfTheWireWithoutSign() {
    int flags = MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE;
    attach(MatchSpec.exact(1), 8, MemoryOptions.forGets().with(flags));
    arrive(get(1, -1));
    assertThat(sent.getFirst().payloadLength()).isEqualTo(8);
    leave();
    assertThat(last().requestedLength()).isEqualTo(0xffff_ffffL);
  }

  @Test
  void neverRepliesWithMoreThanOneMessageCarries() {
    int most = LnetOperation.LENGTH_MAX;
    attach(5, MatchSpec.exact(1), pieces(3 * most), MemoryOptions.forGets());
    attach(
        5,
        MatchSpec.exact(2),
        pieces(3 * most),
        MemoryOptions.forGets().with(MemoryOptions.TRUNCATE));
    assertThat(arrive(get(1, most + 1))).isEqualTo(Verdict.DROP);
    assertThat(arrive(get(1, most))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(get(2, 2 * most))).isEqualTo(Verdict.ACCEPT);
    assertThat(sent).extracting(OutgoingMessage::payloadLength).containsExactly(most, most);
  }

  @Test
  void goesWithItsEntryAtTheLastOfItsOperations() {
    var descriptor = attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().withThreshold(2));
    arrive(put(1, 1));
    arrive(put(1, 1));
    assertThat(events).extracting(LnetEvent::isUnlinked).containsExactly(false, true);
    assertThat(descriptor.isUnlinked()).isTrue();
    assertThat(arrive(put(1, 1))).isEqualTo(Verdict.DROP);
    assertThat(core.unlink(descriptor)).isEqualTo(ENOENT);
    assertThat(events).hasSize(2);
  }

  @Test
  void saysUnlinkedWithTheMessageThatEndsLast() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().withThreshold(2));
    IncomingMessage first = put(1, 1);
    IncomingMessage second = put(1, 1);
    assertThat(core.arrived(first)).isEqualTo(Verdict.ACCEPT);
    assertThat(core.arrived(second)).isEqualTo(Verdict.ACCEPT);
    core.received(second, 0);
    core.received(first, 0);
    assertThat(events).extracting(LnetEvent::offset).containsExactly(1L, 0L);
    assertThat(events).extracting(LnetEvent::isUnlinked).containsExactly(false, true);
  }

  @Test
  void isUsedUpWhenLessThanTheLargestMessageHasRoom() {
    attach(MatchSpec.exact(1), 16, MemoryOptions.forPuts().withMaxSize(6));
    assertThat(arrive(put(1, 7))).isEqualTo(Verdict.DROP);
    arrive(put(1, 6));
    arrive(put(1, 4));
    arrive(put(1, 1));
    assertThat(events).extracting(LnetEvent::offset).containsExactly(0L, 6L, 10L);
    assertThat(events).extracting(LnetEvent::isUnlinked).containsExactly(false, false, true);
  }

  @Test
  void staysWhenUsedUpIfRetained() {
    var descriptor =
        attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().withThreshold(1).retained());
    arrive(put(1, 1));
    assertThat(last().isUnlinked()).isFalse();
    assertThat(arrive(put(1, 1))).isEqualTo(Verdict.DROP);
    assertThat(core.unlink(descriptor)).isZero();
    assertThat(last().type()).isEqualTo(LnetEventType.UNLINK);
    assertThat(last().isUnlinked()).isTrue();
  }

  @Test
  void leavesARetainedEntryForTheNextDescriptor() {
    MatchEntry entry = core.attach(5, MatchSpec.exact(1).retained());
    MemoryOptions once = MemoryOptions.forPuts().withThreshold(1);
    core.attach(entry, pieces(8), once, handler, "a");
    assertThatThrownBy(() -> core.attach(entry, pieces(8), once, handler, "b"))
        .isInstanceOf(IllegalStateException.class);
    arrive(put(1, 1));
    assertThat(entry.isListed()).isTrue();
    core.attach(entry, pieces(8), once, handler, "b");
    arrive(put(1, 1));
    assertThat(events).extracting(LnetEvent::userPointer).containsExactly("a", "b");
    assertThat(core.unlink(entry)).isZero();
    assertThat(core.unlink(entry)).isEqualTo(ENOENT);
    assertThat(events).hasSize(2);
  }

  @Test
  void unlinksAnIdleDescriptorWithAnEventOfItsOwn() {
    var descriptor = attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    assertThat(core.unlink(descriptor)).isZero();
    assertThat(types()).containsExactly(LnetEventType.UNLINK);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(last().descriptor()).isSameAs(descriptor);
    assertThat(core.unlink(descriptor)).isEqualTo(ENOENT);
    assertThat(core.unlinkNow(descriptor)).isEqualTo(ENOENT);
    assertThat(arrive(put(1, 1))).isEqualTo(Verdict.DROP);
    assertThat(events).hasSize(1);
  }

  @Test
  void unlinksABusyDescriptorWithItsLastMessage() {
    var descriptor =
        attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().with(MemoryOptions.OP_GET));
    IncomingMessage coming = put(1, 4);
    assertThat(core.arrived(coming)).isEqualTo(Verdict.ACCEPT);
    arrive(get(1, 2));
    assertThat(core.unlink(descriptor)).isZero();
    assertThat(core.unlink(descriptor)).isEqualTo(ENOENT);
    assertThat(events).isEmpty();
    assertThat(arrive(put(1, 1))).isEqualTo(Verdict.DROP);
    coming.store(pattern(4), 0, 4);
    core.received(coming, 0);
    assertThat(last().isUnlinked()).isFalse();
    leave();
    assertThat(types()).containsExactly(LnetEventType.PUT, LnetEventType.GET);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(last().status()).isZero();
  }

  @Test
  void divertsWhatIsComingInWhenUnlinkedNow() {
    MemorySegment memory = memory(8);
    var descriptor = attach(5, MatchSpec.exact(1), Pieces.of(memory), MemoryOptions.forPuts());
    IncomingMessage coming = put(1, 8);
    coming.header().wireObjectCookie = 5;
    assertThat(core.arrived(coming)).isEqualTo(Verdict.ACCEPT);
    coming.store(pattern(8), 0, 3);
    assertThat(core.unlinkNow(descriptor)).isZero();
    assertThat(types()).containsExactly(LnetEventType.PUT);
    assertThat(last().status()).isEqualTo(ECANCELED);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(last().movedLength()).isEqualTo(3);
    assertThat(coming.isDiverted()).isTrue();
    coming.store(pattern(8), 3, 5);
    core.received(coming, 0);
    assertThat(memory.get(JAVA_BYTE, 3)).isZero();
    assertThat(events).hasSize(1);
    assertThat(sent).isEmpty();
  }

  @Test
  void waitsForWhatIsGoingOutEvenWhenUnlinkedNow() {
    var descriptor =
        attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts().with(MemoryOptions.OP_GET));
    IncomingMessage coming = put(1, 4);
    assertThat(core.arrived(coming)).isEqualTo(Verdict.ACCEPT);
    arrive(get(1, 2));
    assertThat(core.unlink(descriptor)).isZero();
    assertThat(core.unlinkNow(descriptor)).isZero();
    assertThat(last().status()).isEqualTo(ECANCELED);
    assertThat(last().isUnlinked()).isFalse();
    assertThat(descriptor.isUnlinked()).isFalse();
    core.received(coming, 0);
    core.sent(sent.remove(), -104);
    assertThat(types()).containsExactly(LnetEventType.PUT, LnetEventType.GET);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(last().status()).isEqualTo(-104);
  }

  @Test
  void endsAGetWhoseReplyHasNoWay() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forGets().withThreshold(1));
    attach(MatchSpec.exact(2), 8, MemoryOptions.forPuts());
    refusal = -113;
    arrive(get(1, 2));
    assertThat(types()).containsExactly(LnetEventType.GET);
    assertThat(last().status()).isEqualTo(-113);
    assertThat(last().isUnlinked()).isTrue();
    IncomingMessage asking = put(2, 1);
    asking.header().wireObjectCookie = 5;
    arrive(asking);
    assertThat(last().status()).isZero();
    assertThat(counters.droppedMessages(DropReason.NO_WAY_BACK, MessageType.REPLY)).isEqualTo(1);
    assertThat(counters.droppedMessages(DropReason.NO_WAY_BACK, MessageType.ACK)).isEqualTo(1);
    assertThat(core.lentCount()).isZero();
  }

  @Test
  void mayBeLargerThanOneMessageIfAttachedButNotIfFree() {
    Pieces large = pieces(LnetOperation.LENGTH_MAX + 1);
    attach(5, MatchSpec.exact(1), large, MemoryOptions.forPuts());
    assertThatThrownBy(() -> core.bind(large, MemoryOptions.forInitiator(), handler, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void allowsPutOrGetIfAttachedAndNeitherIfFree() {
    MatchEntry entry = core.attach(5, MatchSpec.exact(1));
    assertThatThrownBy(
            () -> core.attach(entry, pieces(8), MemoryOptions.forInitiator(), handler, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> core.bind(pieces(8), MemoryOptions.forPuts(), handler, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryOptions.forPuts().with(0x100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryOptions.forPuts().withThreshold(-2))
        .isInstanceOf(IllegalArgumentException.class);
    MemoryOptions tooMuch = MemoryOptions.forPuts().withMaxSize(9);
    assertThatThrownBy(() -> core.attach(entry, pieces(8), tooMuch, handler, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cutsWhoeverBreaksTheRulesOfPayload() {
    IncomingMessage ack = answer(new OutgoingMessage(), 0);
    ack.header().payloadLength = 1;
    IncomingMessage get = get(1, 1);
    get.header().payloadLength = 1;
    IncomingMessage put = put(1, LnetOperation.LENGTH_MAX + 1);
    IncomingMessage reply = get(1, 1);
    reply.header().type = MessageType.REPLY;
    reply.header().payloadLength = -1;
    IncomingMessage hello = put(1, 1);
    hello.header().type = MessageType.HELLO;
    for (IncomingMessage each : List.of(ack, get, put, reply, hello)) {
      assertThat(arrive(each)).isEqualTo(Verdict.CUT);
    }
    attach(5, MatchSpec.exact(1), pieces(LnetOperation.LENGTH_MAX), MemoryOptions.forPuts());
    assertThat(arrive(put(1, LnetOperation.LENGTH_MAX))).isEqualTo(Verdict.ACCEPT);
  }

  @Test
  void endsEveryDescriptorOnCloseAndDropsWhatComesLater() {
    var idle = attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    var coming = attach(MatchSpec.exact(2), 8, MemoryOptions.forPuts());
    var going = attach(MatchSpec.exact(3), 8, MemoryOptions.forGets());
    IncomingMessage message = put(2, 1);
    assertThat(core.arrived(message)).isEqualTo(Verdict.ACCEPT);
    arrive(get(3, 1));
    core.close();
    assertThat(List.of(idle.isUnlinked(), coming.isUnlinked(), going.isUnlinked()))
        .containsExactly(true, true, false);
    core.received(message, 0);
    leave();
    assertThat(going.isUnlinked()).isTrue();
    assertThat(events).filteredOn(LnetEvent::isUnlinked).hasSize(3);
    assertThat(arrive(put(1, 1))).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.CLOSED)).isEqualTo(1);
    assertThatThrownBy(() -> core.attach(5, MatchSpec.exact(1)))
        .isInstanceOf(IllegalStateException.class);
    core.close();
    assertThat(events).hasSize(3);
  }

  @Test
  void dropsGetsWhileTooManyAnswersWaitAndServesThemAgainAfterwards() {
    attach(
        MatchSpec.exact(1),
        8,
        MemoryOptions.forGets().with(MemoryOptions.MANAGE_REMOTE | MemoryOptions.OP_PUT));
    for (int i = 0; i < Departures.ANSWERS_MAX; i++) {
      assertThat(arrive(get(1, 1))).isEqualTo(Verdict.ACCEPT);
    }
    assertThat(arrive(get(1, 1))).isEqualTo(Verdict.DROP);
    IncomingMessage asking = put(1, 1);
    asking.header().wireObjectCookie = 5;
    assertThat(arrive(asking)).isEqualTo(Verdict.ACCEPT);
    assertThat(dropped(DropReason.OVERLOAD)).isEqualTo(2);
    leave();
    assertThat(arrive(get(1, 1))).isEqualTo(Verdict.ACCEPT);
  }
}
