/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelTest {
  @Test
  void givesEveryCandidateAClassOfItsOwn() throws InterruptedException {
    Kernel first = Kernel.isolated(HotKernels.Allocating.class);
    Kernel second = Kernel.isolated(HotKernels.Allocating.class);

    assertThat(first.getClass()).isNotEqualTo(second.getClass()).matches(Class::isHidden);
    first.run(1);
  }

  @Test
  void walksFromEndToEndAndBegins() {
    Walk walk = Walk.of(128, 200, 8);

    assertThat(walk.step()).isEqualTo(64);
    assertThat(walk.window()).isEqualTo(192);
    assertThat(walk.next(128)).isEqualTo(192);
    assertThat(walk.next(256)).isEqualTo(128);
    assertThatThrownBy(() -> new Walk(0, 100, 64, 64)).isInstanceOf(IllegalArgumentException.class);
  }
}
