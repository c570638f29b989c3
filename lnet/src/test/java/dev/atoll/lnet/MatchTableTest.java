/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatchTableTest {
  private final MatchTable table = new MatchTable(3);

  @Test
  void keepsTheOrderOfAListThroughRandomInsertionsAndRemovals() {
    Random random = new Random(Seeds.of(MatchTableTest.class));
    List<MatchEntry> model = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      if (!model.isEmpty() && random.nextInt(5) < 2) {
        table.remove(model.remove(random.nextInt(model.size())));
      } else {
        insert(random, model);
      }
      if (i % 500 == 0) {
        checkAgainst(model);
      }
    }
    checkAgainst(model);
  }

  @Test
  void findsARankBetweenTwoEntriesForEver() {
    MatchEntry first = entry(1, false);
    MatchEntry last = entry(1, false);
    table.add(first);
    table.add(last);
    List<MatchEntry> model = new ArrayList<>(List.of(first, last));
    for (int i = 0; i < 200; i++) {
      MatchEntry next = entry(1, i % 3 == 0);
      table.addBefore(last, next);
      model.add(model.size() - 1, next);
    }
    checkAgainst(model);
  }

  private void insert(Random random, List<MatchEntry> model) {
    MatchEntry entry = entry(random.nextInt(40), random.nextInt(8) == 0);
    int way = model.isEmpty() ? 0 : random.nextInt(4);
    switch (way) {
      case 0 -> {
        table.add(entry);
        model.add(entry);
      }
      case 1 -> {
        MatchEntry first = new MatchEntry(table, entry.spec().first());
        table.add(first);
        model.addFirst(first);
      }
      default -> {
        int at = random.nextInt(Math.min(3, model.size()));
        if (way == 2) {
          table.addBefore(model.get(at), entry);
          model.add(at, entry);
        } else {
          table.addAfter(model.get(at), entry);
          model.add(at + 1, entry);
        }
      }
    }
  }

  private MatchEntry entry(long matchBits, boolean isIgnoring) {
    MatchSpec spec = MatchSpec.exact(matchBits);
    return new MatchEntry(table, isIgnoring ? spec.ignoring(1) : spec);
  }

  private void checkAgainst(List<MatchEntry> model) {
    List<MatchEntry> all = new ArrayList<>();
    for (MatchEntry each = table.first(); each != null; each = each.next) {
      all.add(each);
    }
    assertThat(all).containsExactlyElementsOf(model);
    assertThat(chain(table.firstIgnoring()))
        .containsExactlyElementsOf(model.stream().filter(MatchEntry::ignoresBits).toList());
    for (long bits = 0; bits < 40; bits++) {
      long wanted = bits;
      assertThat(
              chain(table.firstExact(bits)).stream()
                  .filter(each -> each.spec().matchBits() == wanted)
                  .toList())
          .containsExactlyElementsOf(
              model.stream()
                  .filter(each -> !each.ignoresBits() && each.spec().matchBits() == wanted)
                  .toList());
    }
  }

  private static List<MatchEntry> chain(MatchEntry first) {
    List<MatchEntry> chain = new ArrayList<>();
    for (MatchEntry each = first; each != null; each = each.nextOfChain) {
      chain.add(each);
    }
    return chain;
  }
}
