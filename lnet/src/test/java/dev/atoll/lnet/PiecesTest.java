/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class PiecesTest {
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment first = arena.allocate(3);
  private final MemorySegment empty = arena.allocate(8).asSlice(4, 0);
  private final MemorySegment last = arena.allocate(5);
  private final Pieces pieces = Pieces.of(List.of(empty, first, empty, last, empty));

  @Test
  void countsAsOneRunOfBytes() {
    assertThat(pieces.length()).isEqualTo(8);
    assertThat(pieces.count()).isEqualTo(5);
    assertThat(Pieces.NONE.length()).isZero();
  }

  @Test
  void copiesFromEveryOffsetAndLengthAndBack() {
    MemorySegment source = arena.allocate(16);
    for (int i = 0; i < 16; i++) {
      source.set(JAVA_BYTE, i, (byte) (i + 1));
    }
    for (int offset = 0; offset <= 8; offset++) {
      for (int length = 0; offset + length <= 8; length++) {
        first.fill((byte) 0);
        last.fill((byte) 0);
        pieces.copyFrom(offset, source, 2, length);
        MemorySegment whole = arena.allocate(8);
        pieces.copyTo(0, whole, 0, 8);
        for (int i = 0; i < 8; i++) {
          boolean isCopied = i >= offset && i < offset + length;
          assertThat(whole.get(JAVA_BYTE, i))
              .isEqualTo(isCopied ? (byte) (3 + i - offset) : (byte) 0);
        }
      }
    }
  }

  @Test
  void addsPartsToVectorAsFarAsItHasRoom() {
    IoVector wide = new IoVector(4);
    assertThat(pieces.addTo(wide, 1, 6)).isEqualTo(6);
    assertThat(wide.count()).isEqualTo(2);
    assertThat(wide.totalBytes()).isEqualTo(6);
    IoVector narrow = new IoVector(1);
    assertThat(pieces.addTo(narrow, 1, 6)).isEqualTo(2);
  }

  @Test
  void refusesWhatLiesOutside() {
    assertThatThrownBy(() -> pieces.copyTo(8, arena.allocate(1), 0, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("offset=8");
    assertThatThrownBy(() -> pieces.copyTo(-1, arena.allocate(1), 0, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> pieces.addTo(new IoVector(1), 4, Long.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesMemoryOfTheHeap() {
    assertThatThrownBy(() -> Pieces.of(MemorySegment.ofArray(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not native");
  }
}
