/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NonTemporalTest {
  private static final int CANARY_BYTES = 128;
  private static final byte CANARY = (byte) 0xA5;

  private final Posix posix = Posix.system();
  private final long seed = Long.getLong("atoll.seed", System.nanoTime());

  @BeforeEach
  void needsAProcessorWithNonTemporalStores() {
    assumeTrue(NonTemporal.isAvailable(), () -> NonTemporal.unavailabilityCause().orElseThrow());
  }

  @Test
  void copiesEveryLengthAndAlignmentAndNothingBeside() {
    Random random = new Random(seed);
    try (TestMemory memory = TestMemory.of(posix, 80);
        Arena arena = Arena.ofConfined()) {
      byte[] bytes = new byte[300_000];
      random.nextBytes(bytes);
      MemorySegment source = arena.allocate(bytes.length + 64, 64);
      for (int round = 0; round < 3000; round++) {
        int length = length(random, round);
        Copy copy =
            new Copy(length, random.nextInt(64), CANARY_BYTES + random.nextInt(64), round % 6);
        check(copy, bytes, source, memory);
      }
    }
  }

  private record Copy(int length, int sourceOffset, int targetOffset, int form) {}

  private static int length(Random random, int round) {
    if (round % 100 == 99) {
      return (int) WriteBack.PIECE_BYTES - 70 + random.nextInt(140);
    }
    return round < 600 ? round : random.nextInt(5000);
  }

  private void check(Copy copy, byte[] bytes, MemorySegment source, TestMemory memory) {
    int length = copy.length();
    int from = copy.sourceOffset();
    MemorySegment target = memory.segment();
    long written = copy.targetOffset();
    target.asSlice(0, written + length + CANARY_BYTES).fill(CANARY);
    MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, from, length);
    long sourceAddress = source.address() + from;
    long targetAddress = memory.address() + written;
    MemorySegment heap = MemorySegment.ofArray(bytes).asSlice(0, length);
    switch (copy.form()) {
      case 0 -> NonTemporal.copy(sourceAddress, targetAddress, length);
      case 1 -> NonTemporal.copyNoDrain(sourceAddress, targetAddress, length);
      case 2 -> NonTemporal.copy(source.asSlice(from, length), targetAddress);
      case 3 -> NonTemporal.copyNoDrain(source.asSlice(from, length), targetAddress);
      case 4 -> NonTemporal.copy(heap, targetAddress);
      default -> NonTemporal.copyNoDrain(heap, targetAddress);
    }
    WriteBack.fence();
    assertThat(target.asSlice(written, length).mismatch(heap))
        .as("%s, -Datoll.seed=%d", copy, seed)
        .isEqualTo(-1);
    assertCanaries(target.asSlice(0, written), copy);
    assertCanaries(target.asSlice(written + length, CANARY_BYTES), copy);
  }

  private void assertCanaries(MemorySegment beside, Copy copy) {
    for (long at = 0; at < beside.byteSize(); at++) {
      assertThat(beside.get(ValueLayout.JAVA_BYTE, at))
          .as("%s, -Datoll.seed=%d", copy, seed)
          .isEqualTo(CANARY);
    }
  }

  @Test
  void copiesUpToTheEndsOfMappings() {
    try (TestMemory source = TestMemory.of(posix, 1);
        TestMemory target = TestMemory.of(posix, 1)) {
      source.segment().fill((byte) 3);
      for (int length = 0; length < 600; length++) {
        NonTemporal.copy(source.end() - length, target.end() - length, length);
        NonTemporal.copy(source.address(), target.address(), length);
      }
      assertThat(
              target
                  .segment()
                  .asSlice(target.length() - 599)
                  .mismatch(source.segment().asSlice(source.length() - 599)))
          .isEqualTo(-1);
    }
  }

  @Test
  void copiesHeapArraysOfWiderElements() {
    long[] longs = new Random(seed).longs(1000).toArray();
    try (TestMemory target = TestMemory.of(posix, 3)) {
      NonTemporal.copy(MemorySegment.ofArray(longs), target.address() + 24);
      assertThat(target.segment().asSlice(24, 8000).toArray(ValueLayout.JAVA_LONG))
          .isEqualTo(longs);
    }
  }

  @Test
  void thresholdComesFromTheEnvironment() {
    assertThat(NonTemporal.threshold(null)).isEqualTo(256);
    assertThat(NonTemporal.threshold("4096")).isEqualTo(4096);
    assertThat(NonTemporal.threshold("many")).isEqualTo(256);
    assertThat(NonTemporal.threshold("-1")).isEqualTo(256);
  }
}
