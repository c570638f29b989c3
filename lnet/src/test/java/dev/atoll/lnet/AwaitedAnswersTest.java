/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AwaitedAnswersTest {
  private final CoreLoop time = new CoreLoop();
  private final AwaitedAnswers answers =
      new AwaitedAnswers(time.loop(), new EventQueue(time.loop()));
  private final MemoryDescriptor descriptor =
      new MemoryDescriptor(Pieces.NONE, MemoryOptions.forInitiator(), _ -> {}, null, null);

  @AfterEach
  void close() {
    time.close();
  }

  private AwaitedAnswer add(long deadlineNanos) {
    AwaitedAnswer added = answers.add(descriptor, deadlineNanos);
    if (added == null) {
      throw new AssertionError("full at count=" + answers.count());
    }
    return added;
  }

  @Test
  void endsEachExactlyOnceAndInTimeThroughRandomDeadlinesAndRemovals() {
    Random random = new Random(Seeds.of(AwaitedAnswersTest.class));
    List<AwaitedAnswer> live = new ArrayList<>();
    Set<Long> given = new HashSet<>();
    answers.whenExpired(each -> {
      assertThat(live.remove(each)).isTrue();
      assertThat(each.deadlineNanos).isLessThanOrEqualTo(time.nanos());
      for (AwaitedAnswer other : live) {
        assertThat(other.deadlineNanos).isGreaterThanOrEqualTo(each.deadlineNanos);
      }
      answers.remove(each);
    });
    for (int i = 0; i < 20_000; i++) {
      int choice = random.nextInt(10);
      if (choice < 5) {
        AwaitedAnswer added = add(time.nanos() + random.nextInt(1_000_000));
        assertThat(given.add(added.cookie)).isTrue();
        assertThat(answers.find(added.cookie)).isSameAs(added);
        live.add(added);
      } else if (choice < 8 && !live.isEmpty()) {
        AwaitedAnswer removed = live.remove(random.nextInt(live.size()));
        long cookie = removed.cookie;
        answers.remove(removed);
        assertThat(answers.find(cookie)).isNull();
      } else if (choice == 8) {
        time.pass(random.nextInt(50_000));
        long now = time.nanos();
        assertThat(live).allMatch(each -> each.deadlineNanos > now - 10_000);
      }
      assertThat(answers.count()).isEqualTo(live.size());
      assertThat(descriptor.awaitedCount).isEqualTo(live.size());
    }
    time.pass(2_000_000);
    assertThat(live).isEmpty();
    assertThat(descriptor.firstAwaited).isNull();
  }

  @Test
  void refusesMoreThanItsTableHolds() {
    for (int i = 0; i < AwaitedAnswers.COUNT_MAX; i++) {
      add(1_000_000_000L);
    }
    assertThat(answers.add(descriptor, 1)).isNull();
    AwaitedAnswer first = descriptor.firstAwaited;
    answers.remove(first);
    assertThat(answers.add(descriptor, 1)).isSameAs(first);
  }

  @Test
  void neverUsesAPositionAgainWhoseCountIsAtItsEnd() {
    AwaitedAnswer answer = add(1);
    int index = answer.index;
    answer.uses = AwaitedAnswers.USES_MAX;
    answers.remove(answer);
    assertThat(add(1).index).isNotEqualTo(index);
  }
}
