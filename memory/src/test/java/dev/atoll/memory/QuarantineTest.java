/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuarantineTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Long> released = new ArrayList<>();
  private final Posix posix =
      FakePosix.over(
          Posix.system(),
          (name, arguments) -> {
            assertThat(name).isEqualTo("munmap");
            released.add((long) arguments[0]);
            return null;
          });
  private long now = Long.MAX_VALUE - SECOND;
  private final Quarantine quarantine = new Quarantine(() -> now);

  @Test
  void keepsRangeUntilGraceIsOver() {
    quarantine.add(posix, 1, 4096, null);
    now += 10 * SECOND - 1;
    quarantine.drain();
    assertThat(released).isEmpty();
    now += 1;
    quarantine.drain();
    assertThat(released).containsExactly(1L);
    assertThat(quarantine.size()).isZero();
  }

  @Test
  void releasesOldRangesWhenAnotherComes() {
    quarantine.add(posix, 1, 4096, null);
    now += 10 * SECOND;
    quarantine.add(posix, 2, 4096, null);
    assertThat(released).containsExactly(1L);
    assertThat(quarantine.size()).isEqualTo(1);
  }

  @Test
  void keepsYoungRangesHoweverManyWait() {
    for (int i = 0; i < 10_000; i++) {
      quarantine.add(posix, i, 4096, null);
    }
    now += SECOND - 1;
    quarantine.drain();
    assertThat(released).isEmpty();
  }

  @Test
  void releasesOldestAfterOneSecondWhenTooManyWait() {
    for (int i = 0; i < Quarantine.MOST_WAITING + 3; i++) {
      quarantine.add(posix, i, 4096, null);
    }
    now += SECOND;
    quarantine.drain();
    assertThat(released).containsExactly(0L, 1L, 2L);
    assertThat(quarantine.size()).isEqualTo(Quarantine.MOST_WAITING);
  }

  @Test
  void keepsRangeWhoseArenaIsInUse() {
    // An arena that refuses to close, as one does while a native call holds it.
    HeldArena held = new HeldArena();
    quarantine.add(posix, 1, 4096, held);
    quarantine.add(posix, 2, 4096, null);
    now += 11 * SECOND;
    quarantine.drain();
    assertThat(released).containsExactly(2L);
    held.isHeld = false;
    quarantine.drain();
    assertThat(released).containsExactly(2L, 1L);
  }

  @Test
  void closesAnArenaAsSoonAsItIsNotHeldWithoutGrace() {
    HeldArena held = new HeldArena();
    quarantine.add(posix, 1, 4096, held);
    HeldArena leaked = new HeldArena();
    quarantine.hold(leaked);
    quarantine.drain();
    assertThat(held.scope().isAlive() && leaked.scope().isAlive()).isTrue();
    held.isHeld = false;
    leaked.isHeld = false;
    quarantine.add(posix, 2, 4096, null);
    assertThat(held.scope().isAlive() || leaked.scope().isAlive()).isFalse();
    assertThat(released).isEmpty();
  }

  @Test
  void waitsShortlyForASystemCallThatHoldsAnArena() {
    HeldArena held = new HeldArena();
    held.triesUntilFree = 150;
    assertThat(Quarantine.isClosedSoon(held)).isTrue();
    assertThat(held.scope().isAlive()).isFalse();
    HeldArena longer = new HeldArena();
    assertThat(Quarantine.isClosedSoon(longer)).isFalse();
    assertThat(longer.scope().isAlive()).isTrue();
    longer.isHeld = false;
    longer.close();
  }

  @Test
  void doesNotTryTwiceWhatCouldNotBeReleased() {
    Posix failing =
        FakePosix.over(
            Posix.system(),
            (name, arguments) -> {
              released.add((long) arguments[0]);
              throw new ErrnoException("munmap", 12, "range");
            });
    quarantine.add(failing, 1, 4096, null);
    now += 11 * SECOND;
    quarantine.drain();
    quarantine.drain();
    assertThat(released).containsExactly(1L);
    // The close of another range does not fail for it.
    quarantine.add(failing, 2, 4096, null);
    now += 11 * SECOND;
    quarantine.add(posix, 3, 4096, null);
    assertThat(released).containsExactly(1L, 2L);
    assertThat(quarantine.size()).isEqualTo(1);
  }

  private static final class HeldArena implements Arena {
    private final Arena arena = Arena.ofShared();
    boolean isHeld = true;
    int triesUntilFree = Integer.MAX_VALUE;

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      return arena.allocate(byteSize, byteAlignment);
    }

    @Override
    public MemorySegment.Scope scope() {
      return arena.scope();
    }

    @Override
    public void close() {
      if (isHeld && --triesUntilFree > 0) {
        throw new IllegalStateException("Session is acquired by 1 clients");
      }
      arena.close();
    }
  }
}
