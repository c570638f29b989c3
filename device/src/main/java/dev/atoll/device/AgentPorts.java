/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.posix.Descriptor;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What the segment agent, a state machine, needs done for it. */
interface AgentPorts {
  /**
   * Runs what may block on a worker, then the continuation on the loop.
   *
   * @return false if the workers are all busy and their queue is full
   */
  <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop);

  /**
   * As {@link #work}, on workers that make transfers and nothing else: they may wait for a slow
   * disk or a hostile exporter, and whoever opens or checks something must not wait behind them.
   */
  <T> boolean transfer(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop);

  /** Closes what a program has sent, which may wait or fail, elsewhere than on the loop. */
  void close(Descriptor descriptor);

  /** Runs an action on the loop after those that wait already. */
  void later(Runnable action);

  /** Reads the loop's clock, in nanoseconds. */
  long nanos();

  /** Runs an action on the loop once a time has passed. */
  void after(long delayNanos, Runnable action);

  /** Asks whoever runs the device to end it; false if that is a program with other work to do. */
  boolean requestStop();
}
