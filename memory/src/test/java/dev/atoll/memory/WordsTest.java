/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WordsTest {
  static Stream<Words> words() {
    return Stream.of(
        new HeapWords(64),
        new SegmentWords(Arena.ofAuto().allocate(64, 8)),
        new SegmentWords(MemorySegment.ofArray(new long[8])));
  }

  @ParameterizedTest
  @MethodSource("words")
  void readsBackLongsOfEveryOrder(Words words) {
    words.longPlain(8, 1);
    assertThat(words.longPlain(8)).isEqualTo(1);
    words.longOpaque(8, 2);
    assertThat(words.longOpaque(8)).isEqualTo(2);
    words.longRelease(8, 3);
    assertThat(words.longAcquire(8)).isEqualTo(3);
    words.longVolatile(8, -4);
    assertThat(words.longVolatile(8)).isEqualTo(-4);
    assertThat(words.longCas(8, 5, 6)).isFalse();
    assertThat(words.longCas(8, -4, 6)).isTrue();
    assertThat(words.longGetAndAdd(8, 10)).isEqualTo(6);
    assertThat(words.longPlain(8)).isEqualTo(16);
    assertThat(words.longPlain(0)).isZero();
    assertThat(words.longPlain(16)).isZero();
  }

  @ParameterizedTest
  @MethodSource("words")
  void readsBackIntsOfEveryOrderWithoutTouchingTheNeighbour(Words words) {
    for (long at : new long[] {8, 12}) {
      words.longPlain(8, -1);
      words.intPlain(at, 1);
      assertThat(words.intPlain(at)).isEqualTo(1);
      words.intOpaque(at, 2);
      assertThat(words.intOpaque(at)).isEqualTo(2);
      words.intRelease(at, 3);
      assertThat(words.intAcquire(at)).isEqualTo(3);
      words.intVolatile(at, -4);
      assertThat(words.intVolatile(at)).isEqualTo(-4);
      assertThat(words.intCas(at, 5, 6)).isFalse();
      assertThat(words.intCas(at, -4, 6)).isTrue();
      assertThat(words.intGetAndAdd(at, -10)).isEqualTo(6);
      assertThat(words.intPlain(at)).isEqualTo(-4);
      assertThat(words.intPlain(20 - at)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("words")
  void isLittleEndian(Words words) {
    words.longPlain(0, 0x0807060504030201L);
    assertThat(words.intPlain(0)).isEqualTo(0x04030201);
    assertThat(words.intPlain(4)).isEqualTo(0x08070605);
    byte[] bytes = new byte[8];
    words.copyOut(0, MemorySegment.ofArray(bytes), 0, 8);
    assertThat(bytes).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @ParameterizedTest
  @MethodSource("words")
  void copiesBytesAtAnyOffset(Words words) {
    MemorySegment source = MemorySegment.ofArray(new byte[] {9, 1, 2, 3, 9});
    words.copyIn(7, source, 1, 3);
    MemorySegment target = MemorySegment.ofArray(new byte[5]);
    words.copyOut(6, target, 0, 5);
    assertThat(target.toArray(JAVA_BYTE)).containsExactly(0, 1, 2, 3, 0);
  }

  @ParameterizedTest
  @MethodSource("words")
  void refusesOffsetsOutsideOrUnaligned(Words words) {
    assertThat(words.sizeBytes()).isEqualTo(64);
    assertThatThrownBy(() -> words.longPlain(64)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> words.longPlain(-8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> words.intPlain(64)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> words.longAcquire(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> words.intAcquire(2)).isInstanceOf(IllegalArgumentException.class);
    MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
    assertThatThrownBy(() -> words.copyIn(60, bytes, 0, 8))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> words.copyOut(60, bytes, 0, 8))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesMemoryThatCanNotBeAligned() {
    assertThatThrownBy(() -> new SegmentWords(MemorySegment.ofArray(new byte[8])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HeapWords(7)).isInstanceOf(IllegalArgumentException.class);
  }
}
