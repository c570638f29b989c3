/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class IdlePolicyTest {
  @Test
  void sleepsAtOnceWithoutWork() {
    IdlePolicy policy = IdlePolicy.sleeping();
    assertThat(policy.idle(1)).isEqualTo(IdlePolicy.LOOK);
    assertThat(policy.idle(0)).isEqualTo(IdlePolicy.SLEEP);
  }

  @Test
  void looksBoundedTimesBeforeItSleeps() {
    IdlePolicy policy = IdlePolicy.looking(3, 1, 2);
    for (int round = 0; round < 2; round++) {
      assertThat(policy.idle(1)).isEqualTo(IdlePolicy.LOOK);
      for (int i = 0; i < 3; i++) {
        assertThat(policy.idle(0)).isEqualTo(IdlePolicy.LOOK);
      }
      assertThat(policy.idle(0)).isEqualTo(IdlePolicy.SLEEP);
      assertThat(policy.idle(0)).isEqualTo(IdlePolicy.SLEEP);
    }
  }

  @Test
  void spinsOnlyWhereEverySpinnerHasAProcessor() {
    assertThat(((BoundedLooks) IdlePolicy.looking(1, 1, 2)).isSpinning()).isTrue();
    assertThat(((BoundedLooks) IdlePolicy.looking(1, 2, 2)).isSpinning()).isFalse();
    assertThat(((BoundedLooks) IdlePolicy.looking(1, 3, 2)).isSpinning()).isFalse();
  }

  @Test
  void refusesUnboundedLooks() {
    assertThatThrownBy(() -> IdlePolicy.looking(-1, 1, 1)).hasMessageContaining("looks=-1");
    assertThatThrownBy(() -> IdlePolicy.looking(1_000_001, 1, 1))
        .hasMessageContaining("looks=1000001");
  }
}
