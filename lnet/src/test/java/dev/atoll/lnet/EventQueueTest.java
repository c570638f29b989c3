/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When handlers run, and what they may do. */
class EventQueueTest extends CoreFixture {
  private final List<String> said = new ArrayList<>();

  private MemoryDescriptor bind(EventHandler listener) {
    return core.bind(pieces(8), MemoryOptions.forInitiator(), listener, null);
  }

  @Test
  void reportsWhatAHandlerCausesAfterItHasReturned() {
    refusal = -113;
    EventHandler second = event -> said.add("second " + event.type());
    EventHandler first =
        event -> {
          if (event.type() == LnetEventType.UNLINK) {
            return;
          }
          said.add("first begins");
          LnetEventType type = event.type();
          assertThat(core.put(bind(second), operation(8))).isZero();
          assertThat(core.unlink(bind(second))).isZero();
          assertThat(event.type()).isEqualTo(type);
          said.add("first ends");
        };
    assertThat(core.put(bind(first), operation(8))).isZero();
    assertThat(said).containsExactly("first begins", "first ends", "second SEND", "second UNLINK");
  }

  @Test
  void letsAHandlerReplaceItsDescriptor() {
    MatchEntry entry = core.attach(5, MatchSpec.exact(1).retained());
    MemoryOptions once = MemoryOptions.forPuts().withThreshold(1);
    EventHandler again =
        event -> {
          said.add(event.type() + " " + event.isUnlinked());
          core.attach(entry, pieces(8), once, handler, null);
        };
    core.attach(entry, pieces(8), once, again, null);
    arrive(put(1, 1));
    arrive(put(1, 1));
    assertThat(said).containsExactly("PUT true");
    assertThat(events).hasSize(1);
  }

  @Test
  void doesNotKeepTheLoopForEverWithHandlersThatAlwaysCauseAnotherEvent() {
    refusal = -113;
    int[] count = {0};
    MemoryDescriptor[] endless = new MemoryDescriptor[1];
    endless[0] =
        bind(_ -> {
          if (++count[0] < 5000) {
            assertThat(core.put(endless[0], operation(8))).isZero();
          }
        });
    assertThat(core.put(endless[0], operation(8))).isZero();
    assertThat(count[0]).isPositive().isLessThan(5000);
    int before = count[0];
    assertThat(core.put(endless[0], operation(8))).isZero();
    assertThat(count[0]).isEqualTo(before);
    time.turn();
    assertThat(count[0]).isEqualTo(5001);
  }

  @Test
  void leavesTheMistakesOfHandlersToTheLoopAndGoesOn() {
    attach(MatchSpec.exact(1), 8, MemoryOptions.forPuts());
    MatchEntry entry = core.attach(5, MatchSpec.exact(2));
    IllegalStateException mistake = new IllegalStateException("a handler's");
    core.attach(
        entry,
        pieces(8),
        MemoryOptions.forPuts(),
        _ -> {
          throw mistake;
        },
        null);
    arrive(put(2, 1));
    arrive(put(1, 1));
    assertThat(events).hasSize(1);
    time.turn();
    assertThat(time.failures).containsExactly(mistake);
    time.failures.clear();
    assertThat(core.unlink(entry)).isZero();
    time.turn();
    assertThat(time.failures).containsExactly(mistake);
    time.failures.clear();
  }

  @Test
  void keepsTheOrderOfManyEventsThatWaitTogether() {
    var descriptor = core.bind(pieces(8), MemoryOptions.forInitiator(), handler, null);
    EventHandler burst =
        event -> {
          for (int i = 0; i < 500 && event.type() == LnetEventType.SEND; i++) {
            LnetOperation operation = operation(8);
            operation.matchBits = i;
            assertThat(core.put(descriptor, operation)).isZero();
          }
        };
    refusal = -113;
    assertThat(core.put(bind(burst), operation(8))).isZero();
    assertThat(events).hasSize(500);
    for (int i = 0; i < 500; i++) {
      assertThat(events.get(i).matchBits()).isEqualTo(i);
    }
  }
}
