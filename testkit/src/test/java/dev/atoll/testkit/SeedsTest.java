/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeedsTest {
  private String before;

  @BeforeEach
  void keepProperty() {
    before = System.getProperty(Seeds.PROPERTY);
  }

  @AfterEach
  void restoreProperty() {
    if (before == null) {
      System.clearProperty(Seeds.PROPERTY);
    } else {
      System.setProperty(Seeds.PROPERTY, before);
    }
  }

  @Test
  void takesTheGivenSeed() {
    System.setProperty(Seeds.PROPERTY, "-42");
    assertThat(Seeds.of(SeedsTest.class)).isEqualTo(-42);
  }

  @Test
  void drawsAFreshSeedOtherwise() {
    System.clearProperty(Seeds.PROPERTY);
    assertThat(Seeds.of(SeedsTest.class)).isNotEqualTo(Seeds.of(SeedsTest.class));
  }

  @Test
  void refusesWhatIsNoNumber() {
    System.setProperty(Seeds.PROPERTY, "lucky");
    assertThatThrownBy(() -> Seeds.of(SeedsTest.class)).hasMessageContaining("lucky");
  }
}
