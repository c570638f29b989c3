/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Own puts and gets. */
class InitiatorTest extends CoreFixture {
  private static final int ENOENT = -2;
  private static final int EINVAL = -22;
  private static final int ESHUTDOWN = -108;
  private static final int ETIMEDOUT = -110;
  private static final long SECOND = 1_000_000_000L;

  private OutgoingMessage begin(MemoryDescriptor descriptor, LnetOperation operation, boolean get) {
    assertThat(get ? core.get(descriptor, operation) : core.put(descriptor, operation)).isZero();
    return sent.getLast();
  }

  private OutgoingMessage beginPut(MemoryDescriptor descriptor, boolean wantsAck) {
    LnetOperation operation = operation(8);
    operation.wantsAck = wantsAck;
    return begin(descriptor, operation, false);
  }

  private OutgoingMessage beginGet(MemoryDescriptor descriptor) {
    return begin(descriptor, operation(8), true);
  }

  @Test
  void sendsAPutWithEveryFieldAndAPartOfTheMemory() {
    var descriptor = bind(16, 1);
    LnetOperation operation = operation(8);
    operation.offset = 11;
    operation.headerData = 99;
    operation.localOffset = 4;
    operation.source = HERE;
    LnetHeader header = begin(descriptor, operation, false).header();
    assertThat(header.type).isEqualTo(MessageType.PUT);
    assertThat(header.destination).isEqualTo(THERE);
    assertThat(header.destinationPid).isEqualTo(12345);
    assertThat(header.source).isEqualTo(HERE);
    assertThat(header.sourcePid).isEqualTo(12345);
    assertThat(header.portal).isEqualTo(5);
    assertThat(header.matchBits).isEqualTo(42);
    assertThat(header.offset).isEqualTo(11);
    assertThat(header.headerData).isEqualTo(99);
    assertThat(header.payloadLength).isEqualTo(8);
    assertThat(header.wantsAck()).isFalse();
    assertThat(sent.getLast().payloadOffset()).isEqualTo(4);
    assertThat(sent.getLast().pieces()).isSameAs(descriptor.pieces());
    leave();
    LnetEvent event = last();
    assertThat(event.type()).isEqualTo(LnetEventType.SEND);
    assertThat(event.targetNid()).isEqualTo(THERE);
    assertThat(event.targetPid()).isEqualTo(12345);
    assertThat(event.portal()).isEqualTo(5);
    assertThat(event.matchBits()).isEqualTo(42);
    assertThat(event.requestedLength()).isEqualTo(8);
    assertThat(event.movedLength()).isEqualTo(8);
    assertThat(event.offset()).isEqualTo(11);
    assertThat(event.headerData()).isEqualTo(99);
    assertThat(event.isUnlinked()).isTrue();
    assertThat(event.status()).isZero();
  }

  @Test
  void sendsAGetWithAHandleOfItsOwn() {
    var descriptor = bind(8, MemoryOptions.ENDLESS);
    LnetHeader header = beginGet(descriptor).header();
    assertThat(header.type).isEqualTo(MessageType.GET);
    assertThat(header.length).isEqualTo(8);
    assertThat(header.payloadLength).isZero();
    assertThat(header.wireInterfaceCookie).isEqualTo(COOKIE);
    assertThat(beginGet(descriptor).header().wireObjectCookie)
        .isNotEqualTo(header.wireObjectCookie);
  }

  @Test
  void endsAPutWithSendAndAckInBothOrders() {
    for (boolean isAckFirst : new boolean[] {false, true}) {
      events.clear();
      OutgoingMessage message = beginPut(bind(8, 2), true);
      IncomingMessage ack = answer(message, 5);
      if (isAckFirst) {
        arrive(ack);
        leave();
      } else {
        leave();
        arrive(ack);
      }
      assertThat(types()).containsExactlyInAnyOrder(LnetEventType.SEND, LnetEventType.ACK);
      assertThat(events).extracting(LnetEvent::isUnlinked).containsExactly(false, true);
      LnetEvent event = events.get(isAckFirst ? 0 : 1);
      assertThat(event.requestedLength()).isEqualTo(8);
      assertThat(event.movedLength()).isEqualTo(5);
      assertThat(event.matchBits()).isEqualTo(42);
      assertThat(event.portal()).isEqualTo(5);
      assertThat(event.initiatorNid()).isEqualTo(THERE);
    }
    assertThat(core.awaitedCount()).isZero();
  }

  @Test
  void endsAGetWithSendAndReplyInBothOrders() {
    for (boolean isReplyFirst : new boolean[] {false, true}) {
      events.clear();
      MemorySegment memory = memory(16);
      var descriptor =
          core.bind(
              Pieces.of(memory), MemoryOptions.forInitiator().withThreshold(2), handler, null);
      LnetOperation operation = operation(8);
      operation.localOffset = 4;
      IncomingMessage reply = answer(begin(descriptor, operation, true), 6);
      if (isReplyFirst) {
        arrive(reply);
        leave();
      } else {
        leave();
        arrive(reply);
      }
      assertThat(types()).containsExactlyInAnyOrder(LnetEventType.SEND, LnetEventType.REPLY);
      assertThat(events).extracting(LnetEvent::isUnlinked).containsExactly(false, true);
      LnetEvent event = events.get(isReplyFirst ? 0 : 1);
      assertThat(event.movedLength()).isEqualTo(6);
      assertThat(event.offset()).isEqualTo(4);
      assertThat(event.matchBits()).isEqualTo(42);
      byte[] expected = new byte[16];
      System.arraycopy(bytes(pattern(6)), 0, expected, 4, 6);
      assertThat(bytes(memory)).isEqualTo(expected);
    }
  }

  @Test
  void saysUnlinkedLastThoughTheReplyIsStillComingIn() {
    OutgoingMessage message = beginGet(bind(8, 2));
    IncomingMessage reply = answer(message, 8);
    assertThat(core.arrived(reply)).isEqualTo(Verdict.ACCEPT);
    leave();
    assertThat(last().isUnlinked()).isFalse();
    reply.store(pattern(8), 0, 8);
    core.received(reply, -104);
    assertThat(types()).containsExactly(LnetEventType.SEND, LnetEventType.REPLY);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(last().status()).isEqualTo(-104);
  }

  @Test
  void dropsAReplyWithMoreThanWasAskedForUnlessItMayCut() {
    OutgoingMessage strict = beginGet(bind(16, 2));
    leaveLater(strict);
    assertThat(arrive(answer(strict, 9))).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.LONG_REPLY)).isEqualTo(1);
    assertThat(arrive(answer(strict, 8))).isEqualTo(Verdict.ACCEPT);
    MemoryOptions cutting =
        MemoryOptions.forInitiator().withThreshold(2).with(MemoryOptions.TRUNCATE);
    OutgoingMessage lenient = beginGet(core.bind(pieces(16), cutting, handler, null));
    assertThat(arrive(answer(lenient, 9))).isEqualTo(Verdict.ACCEPT);
    assertThat(last().requestedLength()).isEqualTo(9);
    assertThat(last().movedLength()).isEqualTo(8);
  }

  private void leaveLater(OutgoingMessage message) {
    assertThat(sent).contains(message);
  }

  @Test
  void dropsAnswersWithForgedHandles() {
    OutgoingMessage message = beginGet(bind(8, 2));
    LnetHeader header = message.header();
    List<IncomingMessage> forged = new ArrayList<>();
    for (int bit = 0; bit < 64; bit++) {
      IncomingMessage other = answer(message, 8);
      other.header().wireInterfaceCookie = header.wireInterfaceCookie ^ (1L << bit);
      forged.add(other);
      other = answer(message, 8);
      other.header().wireObjectCookie = header.wireObjectCookie ^ (1L << bit);
      forged.add(other);
    }
    for (long cookie : new long[] {0, -1, Long.MIN_VALUE, 63, AwaitedAnswers.COUNT_MAX - 1}) {
      IncomingMessage other = answer(message, 8);
      other.header().wireObjectCookie = cookie;
      forged.add(other);
    }
    for (IncomingMessage each : forged) {
      assertThat(arrive(each)).isEqualTo(Verdict.DROP);
    }
    assertThat(dropped(DropReason.UNKNOWN_HANDLE)).isEqualTo(forged.size());
    assertThat(events).isEmpty();
    assertThat(arrive(answer(message, 8))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(answer(message, 8))).isEqualTo(Verdict.DROP);
  }

  @Test
  void takesAnAnswerOnlyFromTheNodeThatWasAsked() {
    OutgoingMessage message = beginGet(bind(8, 2));
    IncomingMessage foreign = answer(message, 8);
    foreign.header().source = STRANGER;
    assertThat(arrive(foreign)).isEqualTo(Verdict.DROP);
    IncomingMessage wrong = answer(message, 8);
    wrong.header().type = MessageType.ACK;
    wrong.header().payloadLength = 0;
    assertThat(arrive(wrong)).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.FOREIGN_ANSWER)).isEqualTo(2);
    IncomingMessage sibling = answer(message, 8);
    sibling.header().source = THERE_TOO;
    sibling.header().sourcePid = 999;
    sibling.neighbour(ProcessId.of(GATEWAY));
    primary.put(THERE_TOO, THERE);
    assertThat(arrive(sibling)).isEqualTo(Verdict.ACCEPT);
    assertThat(last().senderNid()).isEqualTo(GATEWAY);
  }

  @Test
  void neverGivesTheSameHandleTwice() {
    Set<Long> seen = new HashSet<>();
    var descriptor = bind(8, MemoryOptions.ENDLESS);
    for (int i = 0; i < 10_000; i++) {
      OutgoingMessage message = beginGet(descriptor);
      assertThat(seen.add(message.header().wireObjectCookie)).isTrue();
      IncomingMessage reply = answer(message, 8);
      leave();
      if (i % 7 != 0) {
        arrive(reply);
        assertThat(arrive(reply)).isEqualTo(Verdict.DROP);
      }
    }
  }

  @Test
  void endsAnOperationThatCouldNotBeSentAtOnce() {
    LnetOperation operation = operation(8);
    operation.wantsAck = true;
    refusal = -113;
    assertThat(core.put(bind(8, 2), operation)).isZero();
    assertThat(core.get(bind(8, 2), operation)).isZero();
    refusal = 0;
    OutgoingMessage late = beginGet(bind(8, 2));
    IncomingMessage reply = answer(late, 8);
    core.sent(sent.remove(), -104);
    assertThat(types()).containsOnly(LnetEventType.SEND);
    assertThat(events).extracting(LnetEvent::status).containsExactly(-113, -113, -104);
    assertThat(events).extracting(LnetEvent::isUnlinked).containsOnly(true);
    assertThat(core.awaitedCount()).isZero();
    assertThat(arrive(reply)).isEqualTo(Verdict.DROP);
    time.pass(1000 * SECOND);
    assertThat(events).hasSize(3);
  }

  @Test
  void endsAnOperationWhoseAnswerDoesNotComeInTime() {
    OutgoingMessage get = beginGet(bind(8, 2));
    IncomingMessage lateReply = answer(get, 8);
    leave();
    OutgoingMessage put = beginPut(bind(8, 2), true);
    IncomingMessage lateAck = answer(put, 8);
    leave();
    time.pass(149 * SECOND);
    assertThat(types()).containsExactly(LnetEventType.SEND, LnetEventType.SEND);
    time.pass(2 * SECOND);
    assertThat(types().subList(2, 4)).containsExactly(LnetEventType.REPLY, LnetEventType.ACK);
    assertThat(events.subList(2, 4)).extracting(LnetEvent::status).containsOnly(ETIMEDOUT);
    assertThat(events.subList(2, 4)).extracting(LnetEvent::isUnlinked).containsOnly(true);
    assertThat(events.subList(2, 4)).extracting(LnetEvent::matchBits).containsOnly(42L);
    assertThat(events.subList(2, 4)).extracting(LnetEvent::initiatorNid).containsOnly(THERE);
    assertThat(arrive(lateReply)).isEqualTo(Verdict.DROP);
    assertThat(arrive(lateAck)).isEqualTo(Verdict.DROP);
    assertThat(counters.timedOut(MessageType.REPLY)).isEqualTo(1);
    assertThat(counters.timedOut(MessageType.ACK)).isEqualTo(1);
    time.pass(1000 * SECOND);
    assertThat(events).hasSize(4);
  }

  @Test
  void endsOperationsInTheOrderOfTheirOwnDeadlines() {
    core.transactionTimeoutNanos(10 * SECOND);
    var descriptor = bind(8, MemoryOptions.ENDLESS);
    int[] seconds = {7, 0, 3, 12, 3};
    for (int each : seconds) {
      LnetOperation operation = operation(8);
      operation.timeoutNanos = each * SECOND;
      operation.matchBits = each;
      begin(descriptor, operation, true);
      leave();
    }
    events.clear();
    List<Long> ended = new ArrayList<>();
    for (int second = 1; second <= 13; second++) {
      time.pass(SECOND);
      for (LnetEvent event : events) {
        assertThat(event.matchBits() == 0 ? 10 : event.matchBits()).isEqualTo(second);
        ended.add(event.matchBits());
      }
      events.clear();
    }
    assertThat(ended).containsExactly(3L, 3L, 7L, 0L, 12L);
  }

  @Test
  void saysUnlinkedWithSendIfTheAnswerIsGivenUpBefore() {
    beginGet(bind(8, 2));
    time.pass(151 * SECOND);
    assertThat(types()).containsExactly(LnetEventType.REPLY);
    assertThat(last().isUnlinked()).isFalse();
    leave();
    assertThat(last().type()).isEqualTo(LnetEventType.SEND);
    assertThat(last().isUnlinked()).isTrue();
  }

  @Test
  void endsManyOperationsThatExpireTogether() {
    var descriptor = bind(8, MemoryOptions.ENDLESS);
    for (int i = 0; i < 5000; i++) {
      beginGet(descriptor);
      leave();
    }
    events.clear();
    time.pass(151 * SECOND);
    assertThat(events.size()).isEqualTo(5000);
    assertThat(events).extracting(LnetEvent::status).containsOnly(ETIMEDOUT);
  }

  @Test
  void forgetsTheAnswersOfADescriptorThatIsUnlinked() {
    var descriptor = bind(8, 2);
    OutgoingMessage message = beginGet(descriptor);
    IncomingMessage reply = answer(message, 8);
    leave();
    assertThat(core.unlink(descriptor)).isZero();
    assertThat(types()).containsExactly(LnetEventType.SEND, LnetEventType.UNLINK);
    assertThat(last().isUnlinked()).isTrue();
    assertThat(arrive(reply)).isEqualTo(Verdict.DROP);
    time.pass(1000 * SECOND);
    assertThat(events).hasSize(2);
  }

  @Test
  void saysUnlinkedWithSendIfItWasUnlinkedBefore() {
    var descriptor = bind(8, 2);
    beginGet(descriptor);
    assertThat(core.unlinkNow(descriptor)).isZero();
    assertThat(events).isEmpty();
    leave();
    assertThat(types()).containsExactly(LnetEventType.SEND);
    assertThat(last().isUnlinked()).isTrue();
  }

  @Test
  void divertsAReplyWhenUnlinkedNow() {
    var descriptor = bind(8, 2);
    OutgoingMessage message = beginGet(descriptor);
    IncomingMessage reply = answer(message, 8);
    leave();
    assertThat(core.arrived(reply)).isEqualTo(Verdict.ACCEPT);
    assertThat(core.unlinkNow(descriptor)).isZero();
    assertThat(last().type()).isEqualTo(LnetEventType.REPLY);
    assertThat(last().status()).isEqualTo(-125);
    assertThat(last().isUnlinked()).isTrue();
    core.received(reply, 0);
    assertThat(events).hasSize(2);
  }

  @Test
  void refusesWhatCanNotBe() {
    LnetOperation fine = operation(8);
    var attached = attach(MatchSpec.exact(1), 8, MemoryOptions.forGets());
    assertThat(core.put(attached, fine)).isEqualTo(ENOENT);
    var gone = bind(8, 1);
    assertThat(core.unlink(gone)).isZero();
    assertThat(core.put(gone, fine)).isEqualTo(ENOENT);
    assertThat(core.put(bind(8, 0), fine)).isEqualTo(ENOENT);
    assertThat(core.get(bind(8, 1), fine)).isEqualTo(EINVAL);
    var descriptor = bind(8, MemoryOptions.ENDLESS);
    for (int i = 0; i < 8; i++) {
      LnetOperation wrong = operation(8);
      switch (i) {
        case 0 -> wrong.length = 9;
        case 1 -> wrong.length = -1;
        case 2 -> wrong.localOffset = 1;
        case 3 -> wrong.localOffset = -1;
        case 4 -> wrong.portal = 64;
        case 5 -> wrong.portal = -1;
        case 6 -> wrong.timeoutNanos = -1;
        default -> wrong.target = ProcessId.ANY;
      }
      assertThat(core.put(descriptor, wrong)).isEqualTo(EINVAL);
      assertThat(core.get(descriptor, wrong)).isEqualTo(EINVAL);
    }
    assertThat(sent).isEmpty();
    core.close();
    assertThat(core.get(descriptor, fine)).isEqualTo(ESHUTDOWN);
  }

  @Test
  void noticesAMessageThatEndsTwice() {
    OutgoingMessage message = beginPut(bind(8, 1), false);
    leave();
    assertThatThrownBy(() -> core.sent(message, 0)).isInstanceOf(IllegalStateException.class);
  }
}
