/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ControllerNameTest {
  @Test
  void splitsTypeAndNumber() {
    assertThat(ControllerName.parse("sci12")).isEqualTo(new ControllerName("sci", "12"));
    assertThat(ControllerName.parse("sci")).isEqualTo(ControllerName.parse("sci0"));
    assertThat(ControllerName.parse("sci007")).isEqualTo(ControllerName.parse("sci7"));
    assertThat(ControllerName.parse("a1b2")).isEqualTo(new ControllerName("a1b", "2"));
  }

  @Test
  void ignoresCase() {
    assertThat(ControllerName.parse("SCI0")).isEqualTo(ControllerName.parse("sci0"));
  }

  @Test
  void thereIsOneLoopbackWhateverItsNumber() {
    assertThat(ControllerName.parse("loopback7").isLoopback()).isTrue();
    assertThat(ControllerName.parse("Loopback7")).isEqualTo(ControllerName.parse("loopback"));
    assertThat(ControllerName.parse("loop").isLoopback()).isFalse();
    assertThat(ControllerName.parse("").isLoopback()).isFalse();
  }
}
