/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ring under orders of single word accesses, as one processor after the other would make them,
 * with producers that die between any two of them.
 */
class FrameRingInterleavingTest {
  private static final int RANDOM_RUNS = Integer.getInteger("atoll.ring.runs", 1_500);
  private static final long SOAK_RUNS = 10_000_000;
  private static final int MOST_SYSTEMATIC_RUNS = 60_000;
  private static final long CAPACITY = 1024;
  private static final MemorySegment NO_VIEW = MemorySegment.ofArray(new byte[0]);

  /** Lengths of one and two lines; the longest that a ring of 16 lines takes is 120 bytes. */
  private static final int[] LENGTHS = {8, 120, 56, 64};

  @Test
  void losesAndDoublesNothingUnderRandomOrders() {
    long seed = seed();
    for (int run = 0; run < RANDOM_RUNS; run++) {
      int _ = randomOrder(seed + run, false);
    }
  }

  @Test
  void passesOverDeadProducersUnderRandomOrders() {
    long seed = seed();
    int gaps = 0;
    for (int run = 0; run < RANDOM_RUNS; run++) {
      gaps += randomOrder(seed + run, true);
    }
    assertThat(gaps).isPositive();
  }

  /** As the soaks of testkit, which stands above this module. */
  @Test
  @Tag("soak")
  void losesAndDoublesNothingUnderMillionsOfRandomOrders() {
    long seed = seed();
    long begin = System.nanoTime();
    long mostNanos = Long.getLong("atoll.soak.minutes", 2) * 60_000_000_000L;
    long gaps = 0;
    long run = 0;
    for (; run < SOAK_RUNS && System.nanoTime() - begin < mostNanos; run++) {
      gaps += randomOrder(seed + run, run % 4 != 0);
    }
    System.out.printf(
        "soak: random orders of frame rings=%d of %d claims passed over=%d minutes=%.2f%n",
        run, SOAK_RUNS, gaps, (System.nanoTime() - begin) / 60e9);
    assertThat(gaps).isPositive();
  }

  private static long seed() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    return seed;
  }

  /** Makes one run that the seed alone decides; gives how many dead claims were passed over. */
  private static int randomOrder(long seed, boolean isDeadly) {
    Random random = new Random(seed);
    int producers = 1 + random.nextInt(3);
    List<Integer> deaths = new ArrayList<>();
    for (int p = 0; isDeadly && p < 2 * producers; p++) {
      deaths.add(random.nextInt(60) - 5);
    }
    int slots = producers == 1 && !isDeadly ? 1 + random.nextInt(2) : producers;
    int each = isDeadly ? 5 : 4 + random.nextInt(12);
    Plan plan = new Plan(producers, slots, each, random.nextInt(40), deaths);
    Run run = new Run("seed " + seed, plan, (count, current) -> random.nextInt(count));
    run.check();
    return (int) run.ring.positions().gaps();
  }

  @Test
  void losesAndDoublesNothingUnderAllOrdersWithTwoSwitches() {
    systematic(new Plan(2, 2, 1, 14, List.of()), 2);
    systematic(new Plan(1, 1, 2, 14, List.of()), 3);
  }

  @Test
  void passesOverDeadProducersUnderAllOrdersWithTwoSwitches() {
    // Both die at every pair of their first steps: before and after announcing, claiming, padding.
    for (int first = 0; first < 9; first++) {
      for (int second = 0; second < 9; second += 2) {
        systematic(new Plan(3, 3, 1, 15, List.of(first, second, -1)), 1);
      }
    }
  }

  private static void systematic(Plan plan, int mostSwitches) {
    Deque<int[]> open = new ArrayDeque<>();
    open.add(new int[0]);
    int runs = 0;
    while (!open.isEmpty()) {
      int[] forced = open.removeLast();
      Switches switches = new Switches(forced);
      new Run(plan + " switches " + Arrays.toString(forced), plan, switches).check();
      runs++;
      assertThat(runs).isLessThan(MOST_SYSTEMATIC_RUNS);
      if (forced.length < 2 * mostSwitches) {
        int from = forced.length == 0 ? 0 : forced[forced.length - 2] + 1;
        for (int step = from; step < switches.widths.size(); step++) {
          for (int other = 1; other < switches.widths.get(step); other++) {
            int[] more = Arrays.copyOf(forced, forced.length + 2);
            more[forced.length] = step;
            more[forced.length + 1] = other;
            open.addLast(more);
          }
        }
      }
    }
    assertThat(runs).isGreaterThan(10);
  }

  /**
   * What a run does.
   *
   * @param producers how many there are
   * @param slots how many records the ring has; one makes it a ring without exchanges
   * @param each how many messages each producer offers
   * @param before lines that were used before, which says where the end of the ring comes
   * @param deaths at which of its accesses each producer dies; negative: never. More than one for
   *     each: then who dies has a successor, which connects and dies as well
   */
  private record Plan(int producers, int slots, int each, int before, List<Integer> deaths) {
    int deathOf(int producer) {
      return deaths.isEmpty() ? -1 : deaths.get(producer);
    }

    boolean hasSuccessors() {
      return deaths.size() > producers;
    }
  }

  private static final class Dead extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** One order of one plan. */
  private static final class Run {
    private final String name;
    private final Plan plan;
    private final Interleavings steps;
    private final Words memory = new HeapWords(FrameRing.sizeBytesFor(CAPACITY, 3));
    private final FrameRing ring;
    private final FrameRing watched;
    private final FrameConsumer consumer;
    private final List<Long> polled = new ArrayList<>();
    private final Set<Long> committed = new HashSet<>();
    private final Set<Long> perhaps = new HashSet<>();
    private final boolean[] isDead;

    Run(String name, Plan plan, Interleavings.Chooser chooser) {
      this.name = name;
      this.plan = plan;
      this.steps = new Interleavings(chooser);
      this.isDead = new boolean[2 * plan.producers];
      this.ring = FrameRing.create(memory, NO_VIEW, CAPACITY, plan.slots);
      this.watched = FrameRing.attach(steps.watch(memory), NO_VIEW);
      FrameConsumer first = FrameConsumer.open(ring);
      FrameProducer filler = FrameProducer.connect(ring, mark(99)).orElseThrow();
      for (int i = 0; i < plan.before; i++) {
        assertThat(filler.offer(Interleavings.payload(-1), 0, 8, 0)).isPositive();
        assertThat(first.poll((m, o, l, t) -> {}, 4)).isEqualTo(1);
      }
      filler.disconnect();
      first.close();
      this.consumer = FrameConsumer.open(watched);
    }

    private static ProducerMark mark(int process) {
      return new ProducerMark(process + 1, 1, 1);
    }

    void check() {
      for (int p = 0; p < plan.producers; p++) {
        int producer = p;
        int[] left = {Integer.MAX_VALUE};
        Words mortal = mortal(steps.watch(memory), left);
        FrameProducer own =
            FrameProducer.connect(FrameRing.attach(mortal, NO_VIEW), mark(p)).orElseThrow();
        if (plan.deathOf(p) >= 0) {
          left[0] = plan.deathOf(p);
        }
        steps.task(() -> {
          try {
            produce(own, producer);
          } catch (Dead e) {
            isDead[producer] = true;
            succeed(producer + plan.producers);
          }
        });
      }
      steps.task(() -> {
        for (int tries = 0; tries < 12; tries++) {
          poll(3);
        }
      });
      steps.run();
      drain();
    }

    /** Another process comes for one that has died. */
    private void succeed(int producer) {
      if (!plan.hasSuccessors()) {
        return;
      }
      int death = plan.deathOf(producer);
      int[] left = {death < 0 ? Integer.MAX_VALUE : death};
      try {
        FrameRing own = FrameRing.attach(mortal(steps.watch(memory), left), NO_VIEW);
        Optional<FrameProducer> connected = Optional.empty();
        for (int tries = 0; tries < 4 && connected.isEmpty(); tries++) {
          connected = FrameProducer.connect(own, mark(producer));
        }
        if (connected.isPresent()) {
          produce(connected.get(), producer);
        }
      } catch (Dead e) {
        isDead[producer] = true;
      }
    }

    private void produce(FrameProducer own, int producer) {
      for (int i = 0; i < plan.each; i++) {
        long value = (long) producer << 32 | i;
        int length = LENGTHS[(i + producer) % LENGTHS.length];
        for (int tries = 0; tries < 4; tries++) {
          long offset = own.claim(length, producer);
          assertThat(offset).isNotEqualTo(FrameRing.CORRUPT);
          if (offset >= 0) {
            fill(own.ring().words(), offset, length, value);
            perhaps.add(value);
            if (i % 5 == 3) {
              own.abort();
              perhaps.remove(value);
            } else {
              own.commit();
              committed.add(value);
            }
            break;
          }
        }
      }
    }

    /** The value in every word, which in a second line looks like a commit word if it may. */
    private static void fill(Words words, long offset, int length, long value) {
      for (int at = 0; at < length; at += 8) {
        words.longPlain(offset + at, at == 0 ? value : evil(value));
      }
    }

    private static long evil(long value) {
      return FrameRingLayout.commitWord((int) (1 + value % 4), 1, 7, 8);
    }

    private void poll(int limit) {
      long count =
          consumer.poll(
              (view, offset, length, type) -> {
                long value = memory.longPlain(offset);
                assertThat(type).as(name).isEqualTo((int) (value >> 32));
                for (int at = 8; at < length; at += 8) {
                  assertThat(memory.longPlain(offset + at)).as(name).isEqualTo(evil(value));
                }
                polled.add(value);
              },
              limit);
      assertThat(count).as(name + " " + consumer.corruption()).isNotEqualTo(FrameRing.CORRUPT);
      long skipped = consumer.unblock((generation, process, start, space) -> isDead[process - 1]);
      assertThat(skipped).as(name + consumer.corruption()).isNotEqualTo(FrameRing.CORRUPT);
    }

    private void drain() {
      for (int i = 0; i < 40; i++) {
        poll(8);
      }
      FramePositions positions = ring.positions();
      assertThat(positions.consumerBytes()).as(name).isEqualTo(positions.producerBytes());
      assertThat(polled).as(name).doesNotHaveDuplicates().containsAll(committed);
      assertThat(perhaps).as(name).containsAll(polled);
      for (long p = 0; p < 2L * plan.producers; p++) {
        long producer = p;
        assertThat(polled.stream().filter(v -> v >> 32 == producer)).as(name).isSorted();
      }
      if (plan.deaths.isEmpty()) {
        assertThat(positions.gaps()).as(name).isZero();
      }
    }

    /** Words that let so many accesses through; each later one kills who makes it. */
    private static Words mortal(Words words, int[] left) {
      return (Words)
          Proxy.newProxyInstance(
              Words.class.getClassLoader(),
              new Class<?>[] {Words.class},
              (ignored, method, arguments) -> {
                if (left[0]-- <= 0) {
                  throw new Dead();
                }
                return method.invoke(words, arguments);
              });
    }
  }

  /** Stays with the task that moves, but for given steps: pairs of step and distance. */
  private static final class Switches implements Interleavings.Chooser {
    private final int[] forced;
    private final List<Integer> widths = new ArrayList<>();

    Switches(int[] forced) {
      this.forced = forced;
    }

    @Override
    public int choose(int count, int current) {
      int step = widths.size();
      widths.add(count);
      int choice = Math.max(0, current);
      for (int i = 0; i < forced.length; i += 2) {
        if (forced[i] == step) {
          choice += forced[i + 1];
        }
      }
      return choice % count;
    }
  }
}
