/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  @Test
  void returnsWhenTheConditionHolds() {
    var asked = new AtomicInteger();
    Conditions.await("third time", Duration.ofSeconds(10), () -> asked.incrementAndGet() == 3);
    assertThat(asked).hasValue(3);
  }

  @Test
  void asksEvenWhenThereIsNoTime() {
    Conditions.await("always", Duration.ZERO, () -> true);
  }

  @Test
  void failsWithWhatWasWaitedFor() {
    assertThatThrownBy(() -> Conditions.await("rain", Duration.ofMillis(5), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not within 5 ms: rain");
  }

  @Test
  void failsWhenInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Conditions.await("rain", Duration.ofSeconds(10), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
