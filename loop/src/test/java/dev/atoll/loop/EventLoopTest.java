/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop driven by the test's own thread, with time and events made up. */
class EventLoopTest {
  private final FakePoller poller = new FakePoller();
  private final List<String> ran = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private Runnable onClock = () -> {};
  private FailureHandler.Decision decision = FailureHandler.Decision.CONTINUE;
  private final EventLoop loop =
      new EventLoop(
          new LoopOptions(
              "test",
              poller,
              this::nanos,
              IdlePolicy.sleeping(),
              failure -> {
                failures.add(failure);
                return decision;
              }));
  private final Descriptor one = Posix.system().eventfd(0);
  private final Descriptor two = Posix.system().eventfd(0);

  @BeforeEach
  void hold() {
    assertThat(loop.tryHold()).isTrue();
  }

  @AfterEach
  void close() {
    loop.close();
    one.close();
    two.close();
  }

  @Test
  void runsCommandsInOrder() {
    loop.execute(() -> ran.add("a"));
    loop.execute(() -> ran.add("b"));
    assertThat(ran).isEmpty();
    assertThat(loop.turn(0)).isEqualTo(2);
    assertThat(ran).containsExactly("a", "b");
    assertThat(loop.turn(0)).isZero();
    assertThat(poller.wakes).as("nobody slept").isZero();
  }

  @Test
  void runsCommandOfCommandInALaterTurnAtTheLatest() {
    loop.execute(() -> loop.execute(() -> ran.add("inner")));
    assertThat(loop.turn(0) + loop.turn(0)).isEqualTo(2);
    assertThat(ran).containsExactly("inner");
  }

  @Test
  void doesBoundedWorkPerTurn() {
    for (int i = 0; i < 1000; i++) {
      loop.execute(() -> ran.add("x"));
    }
    assertThat(loop.turn(0)).isEqualTo(256);
    assertThat(ran).hasSize(256);
  }

  @Test
  void refusesCommandsBeyondTheBound() {
    for (int i = 0; i < EventLoop.MOST_COMMANDS; i++) {
      loop.execute(() -> {});
    }
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("commands=65536");
    assertThat(loop.turn(0)).isPositive();
    loop.execute(() -> {});
  }

  @Test
  void sleepsUntilNextTimerAndNoLonger() {
    loop.schedule(3_000_000, () -> ran.add("timer"));
    int turns = 0;
    while (ran.isEmpty()) {
      assertThat(loop.turn(Long.MAX_VALUE)).isNotNegative();
      assertThat(++turns).isLessThan(20);
    }
    assertThat(poller.nowNanos).isBetween(3_000_000L, 3_001_024L);
    poller.timeouts.clear();
    assertThat(loop.turn(Long.MAX_VALUE)).isZero();
    assertThat(poller.timeouts).as("nothing left: for ever").containsExactly(-1L);
  }

  @Test
  void sleepsNoLongerThanTold() {
    loop.schedule(3_000_000, () -> ran.add("timer"));
    assertThat(loop.turn(1_000)).isZero();
    assertThat(poller.timeouts).containsExactly(1_000L);
  }

  @Test
  void justLooksAfterWork() {
    loop.execute(() -> ran.add("a"));
    assertThat(loop.turn(Long.MAX_VALUE)).isEqualTo(1);
    assertThat(poller.timeouts).containsExactly(0L);
  }

  @Test
  void looksWhenCommandCameJustBeforeTheSleep() {
    // The loop reads its clock after the commands and before it says that it sleeps.
    onClock =
        () -> {
          onClock = () -> {};
          loop.execute(() -> ran.add("late"));
        };
    assertThat(loop.turn(Long.MAX_VALUE)).isZero();
    assertThat(poller.timeouts).containsExactly(0L);
    assertThat(loop.turn(Long.MAX_VALUE)).isEqualTo(1);
    assertThat(ran).containsExactly("late");
  }

  @Test
  void cancelsTimers() {
    Timer timer = loop.schedule(1_000, () -> ran.add("timer"));
    assertThat(timer.cancel()).isTrue();
    poller.nowNanos += 10_000;
    assertThat(loop.turn(0)).isZero();
    assertThat(ran).isEmpty();
  }

  @Test
  void tellsHandlerWhatHappened() {
    Registration registration = loop.register(one, 1, events -> ran.add("one " + events));
    loop.register(two, 1, events -> ran.add("two " + events));
    poller.happen(two, 4);
    poller.happen(one, 1);
    assertThat(loop.turn(0)).isEqualTo(2);
    assertThat(ran).containsExactly("two 4", "one 1");
    registration.modify(5);
    assertThat(poller.interests).containsEntry(one, 5);
    registration.cancel();
    registration.cancel();
    assertThat(registration.isActive()).isFalse();
    assertThat(poller.keys).doesNotContainKey(one);
    assertThatThrownBy(() -> registration.modify(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void dropsEventOfRegistrationCancelledInTheSameTurn() {
    Registration[] other = new Registration[1];
    loop.register(one, 1, events -> other[0].cancel());
    other[0] = loop.register(two, 1, events -> ran.add("two"));
    poller.happen(one, 1);
    poller.happen(two, 1);
    assertThat(loop.turn(0)).isEqualTo(2);
    assertThat(ran).isEmpty();
  }

  @Test
  void dropsOldEventAfterItsPlaceWasTakenAnew() {
    Registration old = loop.register(one, 1, events -> ran.add("old"));
    poller.happen(one, 1);
    old.cancel();
    loop.register(two, 1, events -> ran.add("new"));
    assertThat(loop.turn(0)).isEqualTo(1);
    assertThat(ran).isEmpty();
    poller.happen(two, 1);
    assertThat(loop.turn(0)).isEqualTo(1);
    assertThat(ran).containsExactly("new");
  }

  @Test
  void givesFailuresToHandlerAndGoesOn() {
    loop.register(one, 1, events -> fail("handler"));
    loop.schedule(0, () -> fail("timer"));
    loop.execute(() -> fail("command"));
    loop.execute(() -> ran.add("after"));
    poller.happen(one, 1);
    assertThat(loop.turn(0)).isPositive();
    assertThat(failures)
        .extracting(Throwable::getMessage)
        .containsExactly("command", "timer", "handler");
    assertThat(ran).containsExactly("after");
    assertThat(loop.isOpen()).isTrue();
  }

  @Test
  void endsOnFailureWhenHandlerSaysSo() {
    decision = FailureHandler.Decision.STOP;
    loop.register(one, 1, events -> ran.add("never"));
    loop.execute(() -> fail("command"));
    loop.execute(() -> ran.add("never"));
    poller.happen(one, 1);
    assertThat(loop.turn(0)).isPositive();
    assertThat(ran).isEmpty();
    assertThat(loop.failure()).hasMessage("command");
    assertThat(loop.isOpen()).isFalse();
    assertThat(loop).hasToString("loop test NEW FAILED");
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> assertThat(loop.turn(0)).isZero())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void allowsItsHolderOnly() throws InterruptedException {
    assertThat(loop.isLoopThread()).isTrue();
    loop.release();
    assertThat(loop.isLoopThread()).isFalse();
    assertThatThrownBy(() -> assertThat(loop.turn(0)).isZero())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not hold loop test");
    assertThatThrownBy(() -> loop.schedule(0, () -> {})).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> loop.register(one, WaitCalls.POLLIN, events -> {}))
        .isInstanceOf(IllegalStateException.class);
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              if (loop.tryHold()) {
                loop.execute(() -> ran.add("by another"));
                ran.add("work " + loop.turn(0));
                loop.release();
              }
            });
    other.join();
    assertThat(ran).containsExactly("by another", "work 1");
    assertThat(loop.tryHold()).isTrue();
    assertThat(loop.tryHold()).as("not twice").isFalse();
  }

  @Test
  void runsWaitingCommandsAndRefusesLaterOnesOnClose() {
    loop.execute(() -> ran.add("before"));
    loop.close();
    loop.close();
    assertThat(ran).containsExactly("before");
    assertThat(poller.isClosed).isTrue();
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("has ended");
    assertThatThrownBy(loop::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void looksAtBusyPollersInEachTurnAndAtDescriptorsNowAndThen() {
    loop.addBusyPoller(() -> {
      ran.add("poll");
      return 0;
    });
    for (int i = 0; i < 64; i++) {
      assertThat(loop.turn(0)).isZero();
    }
    assertThat(ran).hasSize(64);
    assertThat(poller.timeouts).hasSize(4).containsOnly(0L);
    assertThat(loop.turn(1_000)).isZero();
    assertThat(poller.timeouts).as("before sleep, always").hasSize(5).endsWith(1_000L);
  }

  @Test
  void doesNotSleepAfterTheWorkOfABusyPoller() {
    loop.addBusyPoller(() -> 1);
    for (int i = 0; i < 16; i++) {
      assertThat(loop.turn(Long.MAX_VALUE)).isEqualTo(1);
    }
    assertThat(poller.timeouts).containsExactly(0L);
  }

  @Test
  void forgetsABusyPollerThatIsRemovedInTheSameTurn() {
    BusyPoller second =
        () -> {
          ran.add("second");
          return 0;
        };
    loop.addBusyPoller(() -> {
      loop.removeBusyPoller(second);
      ran.add("first");
      return 0;
    });
    loop.addBusyPoller(second);
    loop.removeBusyPoller(() -> 0);
    assertThat(loop.turn(0)).isZero();
    assertThat(ran).containsExactly("first");
  }

  @Test
  void givesFailureOfBusyPollerToHandler() {
    loop.addBusyPoller(() -> {
      throw new IllegalStateException("poller");
    });
    assertThat(loop.turn(0)).isEqualTo(1);
    assertThat(failures).extracting(Throwable::getMessage).containsExactly("poller");
  }

  @Test
  void givesEachLiveRegistrationItsOwnKey() {
    loop.register(one, 1, events -> {});
    loop.register(two, 1, events -> {});
    assertThat(poller.keys.get(one)).isNotEqualTo(poller.keys.get(two));
    assertThat(loop.registrations().size()).isEqualTo(2);
  }

  private long nanos() {
    onClock.run();
    return poller.nowNanos;
  }

  private static void fail(String message) {
    throw new IllegalStateException(message);
  }
}
