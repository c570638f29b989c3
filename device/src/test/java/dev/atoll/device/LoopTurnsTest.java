/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.loop.EpollPoller;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Conditions;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LoopTurnsTest {
  @Test
  void whatTheDeviceGivesItselfGetsThroughAFloodOfCommands() {
    FailureHandler stop = thrown -> FailureHandler.Decision.STOP;
    var options =
        new LoopOptions(
            "loop of a test",
            new EpollPoller(Posix.system()),
            Clock.system(),
            IdlePolicy.sleeping(),
            stop);
    var isRun = new AtomicBoolean();
    try (var loop = new EventLoop(options)) {
      assertThat(loop.tryHold()).isTrue();
      for (int i = 0; i < EventLoop.MOST_COMMANDS; i++) {
        loop.execute(() -> {});
      }
      assertThatThrownBy(() -> loop.execute(() -> {}))
          .isInstanceOf(RejectedExecutionException.class);
      LoopTurns.later(loop, () -> isRun.set(true));
      Conditions.await(
          "the action",
          HostileFixture.LONG,
          () -> {
            loop.turn(0);
            return isRun.get();
          });
    }
  }
}
