/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private long now = Long.MAX_VALUE - 50;

  private final Clock clock = () -> now;

  @Test
  void isReachedWhenItsTimeHasPassedAlsoWhereTheClockWraps() {
    Deadline deadline = Deadline.after(clock, Duration.ofNanos(100));
    assertThat(deadline.isReached()).isFalse();
    now += 99;
    assertThat(deadline.remainingNanos()).isEqualTo(1);
    now += 1;
    assertThat(deadline.isReached()).isTrue();
    now += 1_000;
    assertThat(deadline.remainingNanos()).isZero();
  }

  @Test
  void isReachedAtOnceForZero() {
    assertThat(Deadline.after(clock, Duration.ZERO).isReached()).isTrue();
  }

  @Test
  void isNeverReachedForNegativeOrEndlessTimes() {
    for (Duration each :
        new Duration[] {Duration.ofNanos(-1), Duration.ofSeconds(Long.MAX_VALUE)}) {
      Deadline deadline = Deadline.after(clock, each);
      assertThat(deadline.isForever()).isTrue();
      assertThat(deadline.isReached()).isFalse();
    }
  }
}
