/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LnetSettingsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void theDefaultsAreLnets() {
    LnetSettings settings = LnetSettings.defaults();

    assertThat(settings.transactionTimeoutNanos()).isEqualTo(150 * SECOND);
    assertThat(settings.retryCount()).isEqualTo(2);
    assertThat(settings.lndTimeoutNanos() / SECOND).isEqualTo(49);
    assertThat(settings.peerCredits()).isEqualTo(8);
    assertThat(settings.interfaceCredits()).isEqualTo(256);
    assertThat(settings.isDiscovering()).isTrue();
    assertThat(settings.healthSensitivity()).isEqualTo(100);
    assertThat(settings.recoveryIntervalNanos()).isEqualTo(SECOND);
    assertThat(settings.recoveryIntervalMaxNanos()).isEqualTo(900 * SECOND);
    assertThat(settings.gatewayCheckNanos()).isEqualTo(60 * SECOND);
    assertThat(settings.gatewayTimeoutNanos()).isEqualTo(50 * SECOND);
    assertThat(settings.backOffNanos()).isEqualTo(SECOND);
    assertThat(settings.backOffMaxNanos()).isEqualTo(60 * SECOND);
    assertThat(settings.isDroppingAsymmetricRoutes()).isFalse();
  }

  @Test
  void refusalsNameTheValueAndItsRange() {
    LnetSettings.Builder builder = LnetSettings.builder();

    assertThatThrownBy(() -> builder.peerCredits(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("peerCredits=0 is not from 1 to 65535");
    assertThatThrownBy(() -> builder.retryCount(6)).hasMessage("retryCount=6 is not from 0 to 5");
    assertThatThrownBy(() -> builder.transactionTimeout(Duration.ZERO))
        .hasMessage("transactionTimeout=PT0S is not from 1 ms to a day");
    assertThatThrownBy(() -> builder.lndTimeout(Duration.ofDays(2)))
        .hasMessageContaining("lndTimeout=PT48H");
  }

  @Test
  void refusesValuesThatContradictEachOther() {
    assertThatThrownBy(() ->
            LnetSettings.builder().backOff(Duration.ofSeconds(2), Duration.ofSeconds(1)).build())
        .hasMessageContaining("backOffNanos=2000000000");
    assertThatThrownBy(() ->
            LnetSettings.builder()
                .recoveryInterval(Duration.ofSeconds(2), Duration.ofSeconds(1))
                .build())
        .hasMessageContaining("recoveryIntervalNanos=2000000000");
    assertThatThrownBy(() ->
            LnetSettings.builder()
                .transactionTimeout(Duration.ofSeconds(1))
                .lndTimeout(Duration.ofSeconds(2))
                .build())
        .hasMessageContaining("lndTimeoutNanos=2000000000");
  }

  @Test
  void aChangedCopyLeavesTheOriginalAsItWas() {
    LnetSettings original = LnetSettings.builder().peerCredits(3).build();

    LnetSettings changed = original.toBuilder().retryCount(0).build();

    assertThat(original.retryCount()).isEqualTo(2);
    assertThat(changed.retryCount()).isZero();
    assertThat(changed.peerCredits()).isEqualTo(3);
  }

  @Test
  void theNetworksTimeIsAPartOfTheWholeUnlessItIsSet() {
    assertThat(LnetSettings.builder().retryCount(0).build().lndTimeoutNanos())
        .isEqualTo(150 * SECOND - 1);
    assertThat(LnetSettings.builder().lndTimeout(Duration.ofSeconds(7)).build().lndTimeoutNanos())
        .isEqualTo(7 * SECOND);
  }
}
