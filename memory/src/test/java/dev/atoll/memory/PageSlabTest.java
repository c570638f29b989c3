/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PageSlabTest {
  private final PageSlab slab = new PageSlab(4 * 4096, 4096);

  @Test
  void handsOutEverySlotOfAPageOnce() {
    PageSlab one = new PageSlab(4096, 4096);
    Set<Long> offsets = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      offsets.add(one.offsetOf(one.allocate(64)));
    }
    assertThat(offsets).hasSize(64).allMatch(o -> o >= 0 && o % 64 == 0 && o < 4096);
    assertThat(one.allocate(64)).isEqualTo(PageSlab.FULL);
    assertThat(one.allocate(8)).isEqualTo(PageSlab.FULL);
    assertThat(one.usedSlots()).isEqualTo(64);
  }

  @Test
  void roundsUpToPowersOfTwo() {
    int[][] cases = {{1, 8}, {8, 8}, {9, 16}, {65, 128}, {512, 512}, {2049, 4096}, {4096, 4096}};
    for (int[] each : cases) {
      long handle = slab.allocate(each[0]);
      assertThat(slab.sizeOf(handle)).isEqualTo(each[1]);
      assertThat(slab.free(handle)).isTrue();
    }
  }

  @Test
  void refusesDoubleFree() {
    long handle = slab.allocate(64);
    assertThat(slab.free(handle)).isTrue();
    assertThat(slab.free(handle)).isFalse();
    assertThat(slab.usedSlots()).isZero();
  }

  @Test
  void refusesStaleHandleOfReusedSlot() {
    long other = slab.allocate(64);
    long old = slab.allocate(64);
    long offset = slab.offsetOf(old);
    assertThat(slab.free(old)).isTrue();
    long fresh = slab.allocate(64);
    assertThat(slab.offsetOf(fresh)).isEqualTo(offset);
    assertThat(slab.offsetOf(old)).isEqualTo(PageSlab.STALE);
    assertThat(slab.free(old)).isFalse();
    assertThat(slab.offsetOf(other)).isNotEqualTo(PageSlab.STALE);
  }

  @Test
  void refusesStaleHandleOfPageThatServesAnotherSize() {
    PageSlab one = new PageSlab(4096, 4096);
    long old = one.allocate(64);
    assertThat(one.free(old)).isTrue();
    for (int size : new int[] {8, 32, 4096, 64}) {
      long fresh = one.allocate(size);
      assertThat(one.offsetOf(fresh)).isZero();
      assertThat(one.offsetOf(old)).isEqualTo(PageSlab.STALE);
      assertThat(one.free(fresh)).isTrue();
    }
  }

  @Test
  void refusesInventedHandles() {
    long real = slab.allocate(64);
    long index = real >>> 32;
    long[] invented = {
      -1,
      Long.MIN_VALUE,
      Long.MAX_VALUE,
      0,
      1,
      real + 1,
      real + 2,
      real - 1,
      (index + 1) << 32 | 1,
      (index + 8) << 32 | 1,
      1_000_000L << 32 | 1,
      2048L << 32 | 1
    };
    for (long handle : invented) {
      if (handle != real) {
        assertThat(slab.offsetOf(handle)).as("handle %x", handle).isEqualTo(PageSlab.STALE);
        assertThat(slab.sizeOf(handle)).isEqualTo(PageSlab.STALE);
        assertThat(slab.free(handle)).isFalse();
      }
    }
    assertThat(slab.offsetOf(real)).isNotEqualTo(PageSlab.STALE);
  }

  @Test
  void refusesSizesItCanNotServe() {
    assertThatThrownBy(() -> slab.allocate(0)).hasMessageContaining("bytes=0");
    assertThatThrownBy(() -> slab.allocate(4097)).hasMessageContaining("bytes=4097");
    assertThatThrownBy(() -> new PageSlab(4095, 4096)).hasMessageContaining("lengthBytes=4095");
    assertThatThrownBy(() -> new PageSlab(0, 4096)).hasMessageContaining("lengthBytes=0");
    assertThatThrownBy(() -> new PageSlab(4096, 100)).hasMessageContaining("pageBytes=100");
  }

  @Test
  void behavesAsItsModelAndAlwaysTheSame() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    assertThat(run(seed)).isEqualTo(run(seed));
  }

  /** Random calls, compared with a map of what is taken. */
  private static List<Long> run(long seed) {
    Random random = new Random(seed);
    PageSlab slab = new PageSlab(8 * 4096, 4096);
    TreeMap<Long, Long> taken = new TreeMap<>();
    List<Long> live = new ArrayList<>();
    List<Long> dead = new ArrayList<>();
    List<Long> trace = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(100) < 55) {
        int bytes = 1 + random.nextInt(random.nextBoolean() ? 4096 : 64);
        long handle = slab.allocate(bytes);
        trace.add(handle);
        if (handle != PageSlab.FULL) {
          long offset = slab.offsetOf(handle);
          long size = slab.sizeOf(handle);
          assertThat(size).isGreaterThanOrEqualTo(bytes).isLessThan(Math.max(9, 2L * bytes));
          assertThat(offset / 4096).isEqualTo((offset + size - 1) / 4096);
          assertThat(offset + size).isLessThanOrEqualTo(8 * 4096);
          Map.Entry<Long, Long> before = taken.lowerEntry(offset + size);
          assertThat(before == null || before.getKey() + before.getValue() <= offset).isTrue();
          taken.put(offset, size);
          live.add(handle);
        }
      } else if (!live.isEmpty()) {
        long handle = live.remove(random.nextInt(live.size()));
        taken.remove(slab.offsetOf(handle));
        assertThat(slab.free(handle)).isTrue();
        dead.add(handle);
      }
      if (!dead.isEmpty()) {
        long stale = dead.get(random.nextInt(dead.size()));
        assertThat(slab.offsetOf(stale)).isEqualTo(PageSlab.STALE);
      }
      assertThat(slab.usedSlots()).isEqualTo(live.size());
    }
    for (long handle : live) {
      assertThat(slab.free(handle)).isTrue();
    }
    // All pages are whole again.
    for (int i = 0; i < 8; i++) {
      assertThat(slab.allocate(4096)).isNotEqualTo(PageSlab.FULL);
    }
    return trace;
  }
}
