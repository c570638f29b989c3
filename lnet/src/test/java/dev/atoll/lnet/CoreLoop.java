/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import dev.atoll.loop.Poller;
import dev.atoll.posix.Descriptor;
import java.util.ArrayList;
import java.util.List;

/** A loop without a kernel, held by the test's thread; its time passes when the test says so. */
final class CoreLoop implements AutoCloseable {
  final List<Throwable> failures = new ArrayList<>();
  private long nowNanos;
  private final EventLoop loop =
      new EventLoop(
          new LoopOptions(
              "test", new NoPoller(), () -> nowNanos, IdlePolicy.sleeping(), this::failed));

  CoreLoop() {
    if (!loop.tryHold()) {
      throw new IllegalStateException("nobody else can hold it");
    }
  }

  EventLoop loop() {
    return loop;
  }

  long nanos() {
    return nowNanos;
  }

  /** Lets time pass, and does what became due. */
  void pass(long nanos) {
    nowNanos += nanos;
    turn();
  }

  /** Does what is due; takes a few microseconds of the test's time. */
  void turn() {
    int left = 10_000;
    int idleTurns = 0;
    while (idleTurns < 2) {
      // A step of the timer wheel, so that what is due now is seen to be due.
      nowNanos += 1024;
      idleTurns = loop.turn(0) > 0 ? 0 : idleTurns + 1;
      if (--left == 0) {
        throw new IllegalStateException("the loop never comes to rest");
      }
    }
  }

  @Override
  public void close() {
    loop.close();
  }

  private FailureHandler.Decision failed(Throwable thrown) {
    failures.add(thrown);
    return FailureHandler.Decision.CONTINUE;
  }

  private static final class NoPoller implements Poller {
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
    public int poll(long timeoutNanos, Ready ready) {
      return 0;
    }

    @Override
    public void wake() {}

    @Override
    public void close() {}
  }
}
