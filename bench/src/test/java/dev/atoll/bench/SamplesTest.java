/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void givesPercentilesOfUnorderedNumbers() {
    Samples samples =
        Samples.of(IntStream.rangeClosed(0, 100).map(i -> 100 - i).asDoubleStream().toArray());

    assertThat(samples.low()).isEqualTo(10);
    assertThat(samples.median()).isEqualTo(50);
    assertThat(samples.high()).isEqualTo(90);
    assertThat(samples.at(0.125)).isEqualTo(12.5);
  }

  @Test
  void boundsTheMedianMoreCloselyTheMoreSamplesThereAre() {
    double[] few = Samples.of(IntStream.range(0, 25).asDoubleStream().toArray()).medianInterval();
    double[] many = Samples.of(IntStream.range(0, 400).asDoubleStream().toArray()).medianInterval();

    assertThat(few).containsExactly(6, 19);
    assertThat(many[1] - many[0]).isLessThan(400 * 0.15);
  }
}
