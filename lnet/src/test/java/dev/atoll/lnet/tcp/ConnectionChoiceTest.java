/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static dev.atoll.lnet.tcp.ConnectionChoice.FALLBACK;
import static dev.atoll.lnet.tcp.ConnectionChoice.GOOD;
import static dev.atoll.lnet.tcp.ConnectionChoice.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.wire.ConnectionType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of which frame goes where, row by row. */
class ConnectionChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "ANY, 3, 0, 0, 1",
    "CONTROL, 3, 2, 1, 1",
    "BULK_OUT, 3, 1, 2, 1",
    "BULK_IN, 3, 0, 0, 2",
    "ANY, 4, 0, 0, 1",
    "CONTROL, 4, 2, 1, 1",
    "BULK_OUT, 4, 1, 2, 1",
    "BULK_IN, 4, 0, 0, 2",
    "ANY, 2, 2, 2, 2",
    "CONTROL, 2, 2, 1, 2",
    "BULK_OUT, 2, 1, 2, 1",
    "BULK_IN, 2, 1, 1, 1",
    "ANY, 1, 2, 2, 2",
    "CONTROL, 1, 2, 1, 2",
    "BULK_OUT, 1, 1, 2, 1",
    "BULK_IN, 1, 1, 1, 1",
  })
  void saysHowWellATypeSuits(ConnectionType type, int version, int brief, int lengthy, int noop) {
    assertThat(NEVER).isLessThan(FALLBACK);
    assertThat(FALLBACK).isLessThan(GOOD);
    assertThat(ConnectionChoice.fitness(type, version, 1023)).isEqualTo(brief);
    assertThat(ConnectionChoice.fitness(type, version, 1024)).isEqualTo(lengthy);
    assertThat(ConnectionChoice.noopFitness(type, version)).isEqualTo(noop);
  }
}
