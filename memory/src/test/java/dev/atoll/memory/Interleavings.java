/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs tasks one word access at a time, in an order that a test chooses.
 *
 * <p>Each task runs on a thread of its own, of which exactly one moves at any moment; before each
 * access to {@link #watch watched} words it stops, and the chooser says which task moves next.
 */
final class Interleavings {
  private final List<Lane> lanes = new ArrayList<>();
  private final Chooser chooser;
  private volatile int turn = -1;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private Thread driver;

  /** Says which task moves next. */
  @FunctionalInterface
  interface Chooser {
    /**
     * Is asked where there is a choice.
     *
     * @param count how many tasks can move
     * @param current which of them moved last, or -1 if that one has ended
     * @return one of them
     */
    int choose(int count, int current);
  }

  /** Makes a run in the order that the chooser gives. */
  Interleavings(Chooser chooser) {
    this.chooser = chooser;
  }

  void task(Runnable task) {
    Lane lane = new Lane(lanes.size());
    lane.thread =
        Thread.ofVirtual()
            .unstarted(() -> {
              lane.await();
              try {
                task.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              }
              lane.isDone = true;
              turn = -1;
              LockSupport.unpark(driver);
            });
    lanes.add(lane);
  }

  /** Runs all tasks to their ends; on virtual threads, which hand on to each other fastest. */
  void run() {
    try {
      Thread.ofVirtual().start(this::drive).join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError("a task failed", thrown);
    }
  }

  private void drive() {
    driver = Thread.currentThread();
    lanes.forEach(lane -> lane.thread.start());
    List<Lane> movable = new ArrayList<>(lanes);
    Lane last = null;
    while (!movable.isEmpty()) {
      int choice = movable.size() == 1 ? 0 : chooser.choose(movable.size(), movable.indexOf(last));
      Lane next = movable.get(choice);
      last = next;
      turn = next.index;
      LockSupport.unpark(next.thread);
      while (turn != -1) {
        LockSupport.park(this);
      }
      movable.removeIf(lane -> lane.isDone);
    }
  }

  /** Gives words whose every access is a step. */
  Words watch(Words words) {
    return (Words)
        Proxy.newProxyInstance(
            Words.class.getClassLoader(),
            new Class<?>[] {Words.class},
            (ignored, method, arguments) -> {
              if (!method.getName().equals("sizeBytes")) {
                step();
              }
              return method.invoke(words, arguments);
            });
  }

  private void step() {
    for (Lane lane : lanes) {
      if (Thread.currentThread().equals(lane.thread)) {
        turn = -1;
        LockSupport.unpark(driver);
        lane.await();
        return;
      }
    }
  }

  /** A value for a test that stores a long. */
  static MemorySegment payload(long value) {
    return MemorySegment.ofArray(new long[] {value});
  }

  private final class Lane {
    final int index;
    Thread thread;
    volatile boolean isDone;

    Lane(int index) {
      this.index = index;
    }

    void await() {
      while (turn != index) {
        LockSupport.park(this);
      }
    }
  }
}
