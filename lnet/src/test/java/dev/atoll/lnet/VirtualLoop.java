/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import dev.atoll.loop.Poller;
import dev.atoll.posix.Descriptor;
import java.util.function.BooleanSupplier;

/** A loop without a kernel, held by the test: waiting moves its clock, and nothing else does. */
final class VirtualLoop implements Poller, AutoCloseable {
  final EventLoop loop;
  private long nowNanos = 1;

  VirtualLoop() {
    loop =
        new EventLoop(
            new LoopOptions(
                "virtual", this, () -> nowNanos, IdlePolicy.sleeping(), FailureHandler.stopping()));
    if (!loop.tryHold()) {
      throw new AssertionError("a new loop is held");
    }
  }

  long nanos() {
    return nowNanos;
  }

  /** Lets so much time pass. */
  void run(long nanos) {
    long end = nowNanos + nanos;
    while (nowNanos < end) {
      turn(end - nowNanos);
    }
    settle();
  }

  /** Does what can be done now. */
  void settle() {
    while (turn(0) > 0) {
      // There was more.
    }
  }

  /** Lets time pass until something is so, at most so much. */
  boolean runUntil(BooleanSupplier condition, long mostNanos) {
    long end = nowNanos + mostNanos;
    settle();
    while (!condition.getAsBoolean() && nowNanos < end) {
      turn(end - nowNanos);
    }
    return condition.getAsBoolean();
  }

  private int turn(long waitNanos) {
    int work = loop.turn(waitNanos);
    Throwable failure = loop.failure();
    if (failure != null) {
      throw new AssertionError("a callback failed", failure);
    }
    return work;
  }

  @Override
  public int poll(long timeoutNanos, Ready ready) {
    nowNanos += Math.max(0, timeoutNanos);
    return 0;
  }

  @Override
  public void add(Descriptor descriptor, int events, long key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void modify(Descriptor descriptor, int events, long key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void remove(Descriptor descriptor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void wake() {}

  @Override
  public void close() {}
}
