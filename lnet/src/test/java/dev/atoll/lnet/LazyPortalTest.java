/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.lnet.LndPort.Verdict;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class LazyPortalTest extends CoreFixture {
  @Test
  void keepsPutsUntilADescriptorComesAndDropsGets() {
    core.setLazy(5, 4);
    IncomingMessage asking = put(42, 8);
    asking.header().wireObjectCookie = 9;
    asking.header().headerData = 3;
    asking.neighbour(ProcessId.of(GATEWAY));
    assertThat(arrive(asking)).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(put(42, 4))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(put(43, 4))).isEqualTo(Verdict.ACCEPT);
    assertThat(arrive(get(42, 4))).isEqualTo(Verdict.DROP);
    assertThat(events).isEmpty();
    assertThat(sent).isEmpty();
    MemorySegment memory = memory(16);
    attach(5, MatchSpec.exact(42), Pieces.of(memory), MemoryOptions.forPuts());
    assertThat(events).extracting(LnetEvent::requestedLength).containsExactly(8L, 4L);
    assertThat(events.getFirst().headerData()).isEqualTo(3);
    assertThat(events.getFirst().senderNid()).isEqualTo(GATEWAY);
    byte[] expected = new byte[16];
    System.arraycopy(bytes(pattern(8)), 0, expected, 0, 8);
    System.arraycopy(bytes(pattern(4)), 0, expected, 8, 4);
    assertThat(bytes(memory)).isEqualTo(expected);
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().header().type).isEqualTo(MessageType.ACK);
    assertThat(sent.getFirst().via).isEqualTo(ProcessId.of(GATEWAY));
    attach(MatchSpec.exact(43), 8, MemoryOptions.forPuts());
    assertThat(events).hasSize(3);
  }

  @Test
  void keepsWhatIsStillComingInWhenTheDescriptorComes() {
    core.setLazy(5, 4);
    IncomingMessage slow = put(42, 8);
    assertThat(core.arrived(slow)).isEqualTo(Verdict.ACCEPT);
    attach(MatchSpec.exact(42), 8, MemoryOptions.forPuts());
    assertThat(events).isEmpty();
    slow.store(pattern(8), 0, 8);
    core.received(slow, 0);
    assertThat(events).hasSize(1);
  }

  @Test
  void forgetsWhatNeverComesWhole() {
    core.setLazy(5, 1);
    IncomingMessage broken = put(42, 8);
    assertThat(core.arrived(broken)).isEqualTo(Verdict.ACCEPT);
    core.received(broken, -104);
    assertThat(arrive(put(42, 8))).isEqualTo(Verdict.ACCEPT);
    attach(MatchSpec.exact(42), 8, MemoryOptions.forPuts());
    assertThat(events).hasSize(1);
  }

  @Test
  void keepsNoMoreThanItMay() {
    core.setLazy(5, 2);
    arrive(put(42, 0));
    arrive(put(42, 8));
    assertThat(arrive(put(42, 8))).isEqualTo(Verdict.DROP);
    assertThat(dropped(DropReason.OVERLOAD)).isEqualTo(1);
    core.setLazy(6, 1000);
    int whole = (int) (DelayedPuts.BYTES_MAX / LnetOperation.LENGTH_MAX);
    for (int i = 0; i <= whole; i++) {
      IncomingMessage large = put(42, LnetOperation.LENGTH_MAX);
      large.header().portal = 6;
      assertThat(arrive(large)).isEqualTo(i < whole ? Verdict.ACCEPT : Verdict.DROP);
    }
  }

  @Test
  void dropsWhatWaitsWhenItIsLazyNoLonger() {
    core.setLazy(5, 2);
    arrive(put(42, 8));
    IncomingMessage coming = put(42, 8);
    assertThat(core.arrived(coming)).isEqualTo(Verdict.ACCEPT);
    core.clearLazy(5);
    core.received(coming, 0);
    assertThat(dropped(DropReason.NO_MATCH)).isEqualTo(2);
    assertThat(arrive(put(42, 8))).isEqualTo(Verdict.DROP);
    attach(MatchSpec.exact(42), 8, MemoryOptions.forPuts());
    assertThat(events).isEmpty();
    assertThatThrownBy(() -> core.setLazy(5, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void dropsWhatTurnsOutTooLongForItsDescriptor() {
    core.setLazy(5, 2);
    arrive(put(42, 8));
    attach(MatchSpec.exact(42), 4, MemoryOptions.forPuts());
    assertThat(dropped(DropReason.TOO_LONG)).isEqualTo(1);
    assertThat(events).isEmpty();
  }
}
