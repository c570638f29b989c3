/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.atoll.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NidTableTest {
  private static final Nid A = Nid.parse("10.77.0.11@tcp");
  private static final Nid LARGE = Nid.parse("fd77::11@tcp1");

  private final NidTable table = new NidTable(16);

  @Test
  void givesTheSameObjectForEveryFormOfANid() {
    Nid first = table.ofNid4(A.nid4());
    MemorySegment bytes = MemorySegment.ofArray(new byte[Nid.BYTES]);
    A.writeTo(bytes, 0);

    assertThat(first).isEqualTo(A);
    assertThat(table.ofNid4(A.nid4())).isSameAs(first);
    assertThat(table.readFrom(bytes, 0)).isSameAs(first);
    LARGE.writeTo(bytes, 0);
    assertThat(table.readFrom(bytes, 0)).isEqualTo(LARGE).isSameAs(table.readFrom(bytes, 0));
    assertThat(table.ofNid4(-1)).isSameAs(Nid.ANY);
    assertThat(table.ofNid4(Nid.LOOPBACK.nid4())).isEqualTo(Nid.LOOPBACK);
  }

  @Test
  void answersRightlyHoweverManyNidsThereAre() {
    Random random = new Random(Seeds.of(NidTableTest.class));
    for (int round = 0; round < 10_000; round++) {
      int prefix = (random.nextBoolean() ? 12 : 0) << 24 | random.nextInt(1 << 24);
      long high = random.nextLong();
      long low = random.nextLong();
      if (prefix >>> 24 == 0) {
        high &= -1L << 32;
        low = 0;
      }
      assertThat(table.ofWords(prefix, high, low)).isEqualTo(Nid.ofWords(prefix, high, low));
    }
  }

  @Test
  void forgetsAFloodOfInventedNids() {
    for (int address = 0; address < 1_000; address++) {
      assertThat(table.ofNid4(Nid.ofAddress(Network.TCP, address).nid4()).address4())
          .isEqualTo(address);
    }

    assertThat(table.ofNid4(A.nid4())).isEqualTo(A).isSameAs(table.ofNid4(A.nid4()));
  }

  @Test
  void refusesFormsThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> table.ofNid4(1L << 56));
    assertThatIllegalArgumentException().isThrownBy(() -> table.ofWords(5 << 24, 0, 0));
    assertThat(table.ofNid4(A.nid4())).isEqualTo(A);
  }

  @Test
  void refusesCapacitiesThatDoNotMask() {
    for (int capacity : new int[] {Integer.MIN_VALUE, -1, 0, 4, 12, 1 << 21}) {
      assertThatIllegalArgumentException().isThrownBy(() -> new NidTable(capacity));
    }
  }
}
