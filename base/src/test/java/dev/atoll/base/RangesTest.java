/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangesTest {
  @ParameterizedTest(name = "offset {0} length {1} in {2} is {3}")
  @CsvSource({
    "0, 0, 0, true",
    "0, 10, 10, true",
    "10, 0, 10, true",
    "9, 1, 10, true",
    "9, 2, 10, false",
    "11, 0, 10, false",
    "-1, 1, 10, false",
    "0, -1, 10, false",
    "9223372036854775807, 1, 10, false",
    "1, 9223372036854775807, 10, false",
    "-9223372036854775808, -9223372036854775808, 10, false",
    "9223372036854775807, 0, 9223372036854775807, true",
  })
  void tellsWhetherARangeLiesInside(long offset, long length, long size, boolean isInside) {
    assertThat(Ranges.contains(offset, length, size)).isEqualTo(isInside);
  }

  @Test
  void namesAllThreeNumbersWhenItRefuses() {
    assertThatThrownBy(() -> Ranges.check(8, 9, 16))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("offset=8 length=9 lies outside size=16");
  }

  @Test
  void roundsToMultiplesOfAPowerOfTwo() {
    assertThat(Ranges.alignUp(4097, 4096)).isEqualTo(8192);
    assertThat(Ranges.alignUp(4096, 4096)).isEqualTo(4096);
    assertThat(Ranges.alignDown(4097, 4096)).isEqualTo(4096);
    assertThat(Ranges.isAligned(64, 64)).isTrue();
    assertThat(Ranges.isAligned(65, 64)).isFalse();
    assertThatThrownBy(() -> Ranges.alignUp(Long.MAX_VALUE, 4096))
        .isInstanceOf(ArithmeticException.class);
  }
}
