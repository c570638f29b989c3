/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HandleTableTest {
  @Test
  void refusesAHandleWhoseIndexHasFoundAnotherUse() {
    var table = new HandleTable<String>(1);
    long first = table.add("first");
    table.remove(first);
    long second = table.add("second");

    assertThat((int) second).isEqualTo((int) first);
    assertThat(table.find(first)).isNull();
    assertThat(table.find(second)).isEqualTo("second");
  }

  @Test
  void refusesWhatItNeverGave() {
    var table = new HandleTable<String>(4);
    table.add("only");

    for (long forged : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32 | 3}) {
      assertThat(table.find(forged)).as("handle %x", forged).isNull();
    }
  }

  @Test
  void refusesToFreeTwice() {
    var table = new HandleTable<String>(4);
    long handle = table.add("once");
    table.remove(handle);

    assertThatThrownBy(() -> table.remove(handle)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isFullAtItsCapacityAndNotBefore() {
    var table = new HandleTable<Integer>(3);
    table.add(1);
    table.add(2);
    assertThat(table.isFull()).isFalse();
    long third = table.add(3);
    assertThat(table.isFull()).isTrue();
    assertThatThrownBy(() -> table.add(4)).isInstanceOf(IllegalStateException.class);
    table.remove(third);
    assertThat(table.isFull()).isFalse();
  }

  @Test
  void behavesAsAMapWithKeysThatAreNeverUsedTwice() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("HandleTableTest seed=" + seed);
    var random = new SplittableRandom(seed);
    var table = new HandleTable<Integer>(16);
    Map<Long, Integer> model = new HashMap<>();
    Set<Long> everUsed = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      if (!table.isFull() && random.nextBoolean()) {
        long handle = table.add(i);
        assertThat(everUsed.add(handle)).isTrue();
        model.put(handle, i);
      } else if (!model.isEmpty()) {
        List<Long> live = new ArrayList<>(model.keySet());
        long handle = live.get(random.nextInt(live.size()));
        table.remove(handle);
        model.remove(handle);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    model.forEach((handle, value) -> assertThat(table.find(handle)).isEqualTo(value));
    everUsed.stream()
        .filter(handle -> !model.containsKey(handle))
        .forEach(handle -> assertThat(table.find(handle)).isNull());
  }
}
