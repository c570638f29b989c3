/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.Words;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RingEntryTest {
  private static final RingEntry ENTRY =
      new RingEntry(RingEntry.PUT, 31, -2, 1L << 40, 4096, 65_536, 0x8000_0001, 5);

  @Test
  void isReadAsItWasWritten() {
    try (Arena arena = Arena.ofConfined()) {
      var words = new SegmentWords(arena.allocate(128, 8));
      ENTRY.write(words, 8);
      assertThat(RingEntry.read(words, 8)).isEqualTo(ENTRY);
    }
  }

  @Test
  void takesEachWordOnceAndNothingElse() {
    try (Arena arena = Arena.ofConfined()) {
      var words = new SegmentWords(arena.allocate(128, 8));
      ENTRY.write(words, 8);
      Map<Object, Integer> reads = new HashMap<>();
      Words counting =
          (Words)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {Words.class},
                  (proxy, method, arguments) -> {
                    reads.merge(arguments[0], 1, Integer::sum);
                    return method.invoke(words, arguments);
                  });

      assertThat(RingEntry.read(counting, 8)).isEqualTo(ENTRY);

      assertThat(reads).containsOnlyKeys(8L, 16L, 24L, 32L, 40L, 48L, 56L);
      assertThat(reads.values()).containsOnly(1);
    }
  }

  @Test
  void isOfNoKindIfReservedBytesAreNotZero() {
    try (Arena arena = Arena.ofConfined()) {
      var words = new SegmentWords(arena.allocate(128, 8));
      ENTRY.write(words, 8);
      words.longPlain(56, 1);
      assertThat(RingEntry.read(words, 8).kind()).isZero();
    }
  }

  @Test
  void aLayoutHasBounds() {
    assertThat(RingsLayout.standard().submissionBytes()).isLessThan(3 << 20);
    assertThatThrownBy(() -> new RingsLayout(32, 32, 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RingsLayout(48, 32, 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RingsLayout(64, 32, 4097))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
