/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.LndPort.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatchingTest extends CoreFixture {
  private static final MemoryOptions ONE_PUT = MemoryOptions.forPuts().withThreshold(1);

  private MemoryDescriptor taker(IncomingMessage message) {
    int before = events.size();
    assertThat(arrive(message)).isEqualTo(Verdict.ACCEPT);
    assertThat(events).hasSize(before + 1);
    return last().descriptor();
  }

  @Test
  void takesAMessageWithTheSameMatchBits() {
    var wanted = attach(MatchSpec.exact(42), 8, ONE_PUT);
    attach(MatchSpec.exact(43), 8, ONE_PUT);
    assertThat(taker(put(42, 8))).isSameAs(wanted);
  }

  @Test
  void dropsAndCountsWhatNothingTakes() {
    attach(MatchSpec.exact(42), 8, ONE_PUT);
    assertThat(arrive(put(41, 8))).isEqualTo(Verdict.DROP);
    assertThat(arrive(get(41, 8))).isEqualTo(Verdict.DROP);
    assertThat(events).isEmpty();
    assertThat(dropped(DropReason.NO_MATCH)).isEqualTo(2);
    assertThat(counters.droppedMessages(DropReason.NO_MATCH, MessageType.GET)).isEqualTo(1);
    assertThat(counters.droppedBytes(MessageType.PUT)).isEqualTo(8);
  }

  @Test
  void dropsForPortalsThatDoNotExist() {
    for (int portal : new int[] {64, Integer.MAX_VALUE, -1}) {
      IncomingMessage message = put(42, 8);
      message.header().portal = portal;
      assertThat(arrive(message)).isEqualTo(Verdict.DROP);
    }
    assertThat(dropped(DropReason.NO_PORTAL)).isEqualTo(3);
    assertThatThrownBy(() -> core.attach(64, MatchSpec.exact(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("portal=64");
  }

  @Test
  void takesTheFirstInTheOrderOfInsertion() {
    var second = attach(MatchSpec.exact(42), 8, ONE_PUT);
    var third = attach(MatchSpec.exact(42), 8, ONE_PUT);
    var first = attach(MatchSpec.exact(42).first(), 8, ONE_PUT);
    assertThat(List.of(taker(put(42, 1)), taker(put(42, 1)), taker(put(42, 1))))
        .containsExactly(first, second, third);
  }

  @Test
  void standsBeforeOrBehindAnotherEntry() {
    MatchEntry middle = core.attach(5, MatchSpec.exact(42));
    MatchEntry other = core.attach(5, MatchSpec.exact(7));
    MatchEntry last = core.attachAfter(other, MatchSpec.exact(42));
    MatchEntry first = core.attachBefore(middle, MatchSpec.exact(42));
    MatchEntry third = core.attachAfter(middle, MatchSpec.exact(42));
    List<MemoryDescriptor> order = new ArrayList<>();
    for (MatchEntry each : List.of(first, middle, third, last)) {
      order.add(core.attach(each, pieces(8), ONE_PUT, handler, null));
    }
    assertThat(List.of(taker(put(42, 1)), taker(put(42, 1)), taker(put(42, 1)), taker(put(42, 1))))
        .containsExactlyElementsOf(order);
    assertThatThrownBy(() -> core.attachBefore(middle, MatchSpec.exact(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void looksAtEntriesThatIgnoreBitsBeforeExactOnes() {
    var exact = attach(MatchSpec.exact(0x42).first(), 8, ONE_PUT);
    var ignoring = attach(MatchSpec.exact(0x40).ignoring(0xf), 8, ONE_PUT);
    assertThat(List.of(taker(put(0x42, 1)), taker(put(0x42, 1)))).containsExactly(ignoring, exact);
  }

  @Test
  void ignoresExactlyTheBitsThatItIsToldTo() {
    attach(MatchSpec.exact(0xff0f).ignoring(0xf0), 8, MemoryOptions.forPuts());
    assertThat(arrive(put(0xff5f, 0))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(put(0xff0e, 0))).isEqualTo(Verdict.DROP);
    attach(MatchSpec.exact(0).ignoring(-1), 8, MemoryOptions.forPuts());
    assertThat(arrive(put(0xff0e, 0))).isEqualTo(Verdict.ACCEPT);
  }

  @Test
  void takesOnlyMessagesOfTheProcessThatItNames() {
    attach(MatchSpec.exact(1).from(new ProcessId(THERE, 99)), 8, MemoryOptions.forPuts());
    attach(MatchSpec.exact(2).from(new ProcessId(THERE, -1)), 8, MemoryOptions.forPuts());
    attach(MatchSpec.exact(3).from(new ProcessId(Nid.ANY, 12345)), 8, MemoryOptions.forPuts());
    assertThat(arrive(put(1, 0))).isEqualTo(Verdict.DROP);
    assertThat(arrive(put(2, 0))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(put(3, 0))).isEqualTo(Verdict.ACCEPT);
    IncomingMessage other = put(2, 0);
    other.header().source = STRANGER;
    assertThat(arrive(other)).isEqualTo(Verdict.DROP);
  }

  @Test
  void takesMessagesFromAnotherNidOfTheSameNode() {
    attach(MatchSpec.exact(1).from(ProcessId.of(THERE)), 8, MemoryOptions.forPuts());
    IncomingMessage message = put(1, 0);
    message.header().source = THERE_TOO;
    assertThat(arrive(message)).isEqualTo(Verdict.DROP);
    primary.put(THERE_TOO, THERE);
    assertThat(arrive(message)).isEqualTo(Verdict.ACCEPT);
    assertThat(last().initiatorNid()).isEqualTo(THERE);
    assertThat(last().sourceNid()).isEqualTo(THERE_TOO);
    attach(MatchSpec.exact(2).from(ProcessId.of(THERE_TOO)), 8, MemoryOptions.forPuts());
    assertThat(arrive(put(2, 0))).isEqualTo(Verdict.ACCEPT);
  }

  @Test
  void takesNothingThroughAGatewayIfItMustBeDirect() {
    attach(MatchSpec.exact(1).direct(), 8, MemoryOptions.forPuts());
    attach(MatchSpec.exact(2), 8, MemoryOptions.forPuts());
    IncomingMessage routed = put(1, 0);
    routed.neighbour(ProcessId.of(GATEWAY));
    assertThat(arrive(routed)).isEqualTo(Verdict.DROP);
    assertThat(arrive(put(1, 0))).isEqualTo(Verdict.ACCEPT);
    IncomingMessage open = put(2, 0);
    open.neighbour(ProcessId.of(GATEWAY));
    assertThat(arrive(open)).isEqualTo(Verdict.ACCEPT);
    assertThat(last().senderNid()).isEqualTo(GATEWAY);
  }

  @Test
  void takesOnlyTheOperationsThatTheDescriptorAllows() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    attach(MatchSpec.exact(2), 8, MemoryOptions.forGets());
    attach(MatchSpec.exact(3), 8, MemoryOptions.forGets().with(MemoryOptions.OP_PUT));
    assertThat(arrive(get(1, 0))).isEqualTo(Verdict.DROP);
    assertThat(arrive(put(2, 0))).isEqualTo(Verdict.DROP);
    assertThat(arrive(put(3, 0))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(get(3, 0))).isEqualTo(Verdict.ACCEPT);
  }

  @Test
  void passesOverEntriesWithoutMemoryAndThoseUsedUp() {
    core.attach(5, MatchSpec.exact(1));
    attach(MatchSpec.exact(1), 8, ONE_PUT.retained());
    var third = attach(MatchSpec.exact(1), 8, ONE_PUT);
    taker(put(1, 1));
    assertThat(taker(put(1, 1))).isSameAs(third);
  }

  @Test
  void endsTheSearchAtTheFirstWithTooLittleRoom() {
    attach(MatchSpec.exact(1), 4, MemoryOptions.forPuts());
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    assertThat(arrive(put(1, 8))).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.TOO_LONG)).isEqualTo(1);
  }

  @Test
  void goesOnBehindTooLittleRoomIfThePortalIsToldTo() {
    core.goesOnWhenTooLong(5, true);
    attach(MatchSpec.exact(0).ignoring(-1), 4, MemoryOptions.forPuts());
    attach(MatchSpec.exact(1), 4, MemoryOptions.forPuts());
    var roomy = attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    assertThat(taker(put(1, 8))).isSameAs(roomy);
    assertThat(arrive(put(1, 9))).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.TOO_LONG)).isEqualTo(1);
  }

  @Test
  void findsOneOfAHundredThousandEntriesWithoutWalkingAlongThem() {
    int count = 100_000;
    Pieces shared = pieces(8);
    for (int i = 0; i < count; i++) {
      attach(5, MatchSpec.exact(i * 0x1_0001_0001L), shared, ONE_PUT);
    }
    int step = 7919;
    int at = 0;
    for (int i = 0; i < count; i++) {
      at = (at + step) % count;
      assertThat(taker(put(at * 0x1_0001_0001L, 1)).isUnlinked()).isTrue();
    }
    assertThat(arrive(put(0, 1))).isEqualTo(Verdict.DROP);
    assertThat(core.descriptorCount()).isZero();
  }
}
