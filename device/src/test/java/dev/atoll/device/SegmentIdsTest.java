/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentIdsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 0x000F_FFFF, 0x0010_0000, 0x0020_0000, 0x003F_FFFF, 0x8000_0000, -1})
  void reservesTheRangesOfTheReference(int id) {
    assertThat(SegmentIds.isReserved(id)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x0040_0000, 0x0050_0000, 0x0060_0000, 0x7FFF_FFFF})
  void leavesTheOthersToPrograms(int id) {
    assertThat(SegmentIds.isReserved(id)).isFalse();
  }
}
