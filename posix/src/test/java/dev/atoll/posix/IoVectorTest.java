/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class IoVectorTest {
  private final MemorySegment memory = Arena.ofAuto().allocate(100);

  @Test
  void consumesAcrossPieces() {
    var vector = new IoVector(3);
    vector.add(memory.asSlice(0, 10));
    vector.add(memory.asSlice(10, 20));
    vector.add(memory.asSlice(30, 30));
    assertThat(vector.totalBytes()).isEqualTo(60);
    vector.consume(0);
    assertThat(vector.count()).isEqualTo(3);
    vector.consume(4);
    assertThat(vector.count()).isEqualTo(3);
    vector.consume(6);
    assertThat(vector.count()).isEqualTo(2);
    vector.consume(25);
    assertThat(vector.count()).isEqualTo(1);
    assertThat(vector.totalBytes()).isEqualTo(25);
    vector.consume(25);
    assertThat(vector.count()).isZero();
    assertThat(vector.room()).isZero();
    vector.clear();
    assertThat(vector.room()).isEqualTo(3);
  }

  @Test
  void takesPartOfPiece() {
    var vector = new IoVector(2);
    vector.add(memory, 90, 10);
    assertThat(vector.totalBytes()).isEqualTo(10);
    assertThat(vector.address()).isNotZero();
    vector.add(memory, 100, 0);
    assertThat(vector.count()).isEqualTo(1);
    assertThatThrownBy(() -> vector.add(memory, 91, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> vector.add(memory, -1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesWhatTheKernelWould() {
    assertThatThrownBy(() -> new IoVector(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new IoVector(1025)).isInstanceOf(IllegalArgumentException.class);
    var vector = new IoVector(1);
    assertThatThrownBy(() -> vector.add(MemorySegment.ofArray(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heap");
    vector.add(memory);
    assertThatThrownBy(() -> vector.add(memory)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> vector.consume(101)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> vector.consume(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesMemoryThatIsGone() {
    MemorySegment dead;
    try (Arena arena = Arena.ofConfined()) {
      dead = arena.allocate(8);
    }
    var vector = new IoVector(1);
    assertThatThrownBy(() -> vector.add(dead)).isInstanceOf(IllegalStateException.class);
  }
}
