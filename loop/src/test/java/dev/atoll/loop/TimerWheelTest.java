/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  /** So near the end that readings wrap during each test. */
  private static final long ORIGIN = origin();

  private static final int ALL = Integer.MAX_VALUE;

  private final TimerWheel wheel = new TimerWheel(ORIGIN);
  private final List<String> ran = new ArrayList<>();

  @Test
  void runsTimerFromItsDeadlineOnAndNotBefore() {
    add("a", 10_000);
    assertThat(wheel.advance(ORIGIN + 9_999, ALL)).isZero();
    assertThat(ran).isEmpty();
    // Less than one step of 1,024 ns late.
    wheel.advance(ORIGIN + 10_000 + 1_023, ALL);
    assertThat(ran).containsExactly("a");
    assertThat(wheel.size()).isZero();
    assertThat(wheel.advance(ORIGIN + 1_000_000, ALL)).isZero();
  }

  @Test
  void runsByDeadlineAndThenByAge() {
    add("late", 5_000_000);
    add("early", 2_000_000);
    add("late too", 5_000_000);
    add("far", 90_000_000_000L);
    wheel.advance(ORIGIN + 6_000_000, ALL);
    assertThat(ran).containsExactly("early", "late", "late too");
    wheel.advance(ORIGIN + 90_000_002_000L, ALL);
    assertThat(ran).endsWith("far");
  }

  @Test
  void runsPassedDeadlineAtNextAdvance() {
    wheel.advance(ORIGIN + 1_000_000, ALL);
    add("past", 5);
    add("before the origin", -1_000_000_000L);
    assertThat(wheel.nanosToNext(ORIGIN + 1_000_000)).isZero();
    wheel.advance(ORIGIN + 1_000_000, ALL);
    assertThat(ran).containsExactly("past", "before the origin");
  }

  @Test
  void cancelsInAnyPlace() {
    Timer near = add("near", 2_000);
    Timer far = add("far", 1L << 40);
    Timer middle = add("middle", 1 << 20);
    add("kept", 1 << 20);
    assertThat(near.cancel()).isTrue();
    assertThat(near.cancel()).isFalse();
    assertThat(far.cancel()).isTrue();
    assertThat(middle.cancel()).isTrue();
    assertThat(middle.isPending()).isFalse();
    wheel.advance(ORIGIN + (1L << 41), ALL);
    assertThat(ran).containsExactly("kept");
    assertThat(wheel.nanosToNext(ORIGIN)).isEqualTo(TimerWheel.NONE);
  }

  @Test
  void canNotCancelWhatRuns() {
    Timer[] self = new Timer[1];
    self[0] = wheel.schedule(ORIGIN, () -> ran.add("cancelled=" + self[0].cancel()));
    wheel.advance(ORIGIN, ALL);
    assertThat(ran).containsExactly("cancelled=false");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void letsTaskCancelItsNeighbour() {
    Timer[] neighbour = new Timer[1];
    wheel.schedule(ORIGIN + 5_000, () -> ran.add("first " + neighbour[0].cancel()));
    neighbour[0] = wheel.schedule(ORIGIN + 5_000, () -> ran.add("never"));
    wheel.advance(ORIGIN + 10_000, ALL);
    assertThat(ran).containsExactly("first true");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void doesBoundedWorkPerAdvance() {
    for (int i = 0; i < 10; i++) {
      add("t" + i, 1_000);
    }
    assertThat(wheel.advance(ORIGIN + 5_000, 4)).isEqualTo(4);
    assertThat(ran).hasSize(4);
    assertThat(wheel.nanosToNext(ORIGIN + 5_000)).isZero();
    assertThat(wheel.advance(ORIGIN + 5_000, 100)).isEqualTo(6);
  }

  @Test
  void holdsUpNobodyForTaskThatAlwaysComesBack() {
    Runnable[] again = new Runnable[1];
    again[0] = () -> wheel.schedule(ORIGIN, again[0]);
    wheel.schedule(ORIGIN, again[0]);
    add("other", 50_000);
    add("another", 60_000);
    wheel.advance(ORIGIN + 100_000, 10);
    assertThat(ran).containsExactly("other", "another");
  }

  @Test
  void staysWholeWhenTaskThrows() {
    wheel.schedule(
        ORIGIN,
        () -> {
          throw new IllegalStateException("broken");
        });
    add("next", 0);
    assertThatThrownBy(() -> wheel.advance(ORIGIN, ALL)).hasMessage("broken");
    wheel.advance(ORIGIN, ALL);
    assertThat(ran).containsExactly("next");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void ignoresClockThatStepsBack() {
    wheel.advance(ORIGIN + 1_000_000, ALL);
    add("a", 2_000_000);
    assertThat(wheel.advance(ORIGIN, ALL)).isZero();
    wheel.advance(ORIGIN + 2_001_000, ALL);
    assertThat(ran).containsExactly("a");
  }

  @Test
  void namesTimeToNextNeverTooLate() {
    assertThat(wheel.nanosToNext(ORIGIN)).isEqualTo(TimerWheel.NONE);
    add("a", 100_000_000);
    long now = ORIGIN;
    int wakes = 0;
    while (ran.isEmpty()) {
      now += wheel.nanosToNext(now);
      wheel.advance(now, ALL);
      wakes++;
      assertThat(wakes).isLessThanOrEqualTo(9);
    }
    assertThat(now - ORIGIN).isBetween(100_000_000L, 100_001_024L);
  }

  @Test
  void behavesAsItsModelAndAlwaysTheSame() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("atoll.seed=" + seed);
    for (int round = 0; round < 30; round++) {
      assertThat(run(seed + round)).isEqualTo(run(seed + round));
    }
  }

  private record Expected(long step, int age, Timer timer) {}

  /**
   * Random calls against a list that is searched; limits are left out, as they may change order.
   */
  private static List<Integer> run(long seed) {
    Random random = new Random(seed);
    long origin = random.nextLong();
    long now = 0;
    TimerWheel wheel = new TimerWheel(origin);
    List<Expected> model = new ArrayList<>();
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int age = i;
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long delay = random.nextLong(1L << (1 + random.nextInt(45))) - 100;
          Timer timer = wheel.schedule(origin + now + delay, () -> ran.add(age));
          long step = Math.max(Math.ceilDiv(Math.max(0, now + delay), 1024), now >> 10);
          model.add(new Expected(step, age, timer));
        }
        case 2 -> {
          if (!model.isEmpty()) {
            assertThat(model.remove(random.nextInt(model.size())).timer().cancel()).isTrue();
          }
        }
        default -> {
          now += random.nextLong(1L << (1 + random.nextInt(42)));
          long until = now >> 10;
          int from = ran.size();
          wheel.advance(origin + now, ALL);
          List<Integer> due =
              model.stream()
                  .filter(e -> e.step() <= until)
                  .sorted(Comparator.comparingLong(Expected::step).thenComparingInt(Expected::age))
                  .map(Expected::age)
                  .toList();
          assertThat(ran.subList(from, ran.size())).as("seed %s", seed).isEqualTo(due);
          model.removeIf(e -> e.step() <= until);
        }
      }
      assertThat(wheel.size()).isEqualTo(model.size());
    }
    return ran;
  }

  private static long origin() {
    return Long.MAX_VALUE - 5_000;
  }

  private Timer add(String name, long delayNanos) {
    return wheel.schedule(ORIGIN + delayNanos, () -> ran.add(name));
  }
}
