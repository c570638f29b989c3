/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * Lets one of several threads run at a time and chooses by a seed who goes on at each step, so that
 * a run can be had again. Time passes only when nobody can run.
 */
final class Interleaver {
  private static final int MOST_STEPS = 200_000;

  /** One thread, and why it does not run. */
  private static final class Actor {
    final Semaphore baton = new Semaphore(0);
    boolean isBlocked;
    boolean hasPermit;
    boolean isAsleep;
    boolean isTimed;
    long untilNanos;
    boolean isEnded;
  }

  private final Random random;
  private final boolean hasTicks;
  private final Map<Thread, Actor> actors = new LinkedHashMap<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final Semaphore over = new Semaphore(0);
  private long nowNanos = 1;
  private int steps;

  /**
   * Makes one.
   *
   * @param hasTicks whether a park of the standby time ends by itself; without, a hand-over that is
   *     lost stays lost
   */
  Interleaver(long seed, boolean hasTicks) {
    this.random = new Random(seed);
    this.hasTicks = hasTicks;
  }

  /** Makes a thread one of the actors; it begins when it is chosen. */
  Thread actor(String name, boolean isVirtual, Runnable body) {
    Actor actor = new Actor();
    Runnable all =
        () -> {
          actor.baton.acquireUninterruptibly();
          try {
            body.run();
          } catch (Throwable thrown) {
            failures.add(thrown);
          } finally {
            actor.isEnded = true;
            pass();
          }
        };
    Thread thread =
        isVirtual
            ? Thread.ofVirtual().name(name).unstarted(all)
            : Thread.ofPlatform().daemon().name(name).unstarted(all);
    actors.put(thread, actor);
    return thread;
  }

  /** Runs all actors to their ends; a background thread that waits for ever is stuck like all. */
  void run() throws InterruptedException {
    actors.keySet().forEach(Thread::start);
    pass();
    over.acquire();
    if (!failures.isEmpty()) {
      throw new AssertionError("after steps=" + steps, failures.getFirst());
    }
  }

  long nanos() {
    return nowNanos;
  }

  /** Is called by the actor that runs, before each access of what is shared. */
  void step() {
    Actor self = actors.get(Thread.currentThread());
    if (self != null) {
      yieldTo(self);
    }
  }

  void park(long nanos) {
    Actor self = me();
    step();
    if (self.hasPermit || Thread.currentThread().isInterrupted()) {
      self.hasPermit = false;
      return;
    }
    boolean isEndless = nanos == Long.MAX_VALUE || (!hasTicks && nanos == LoopHold.STANDBY_NANOS);
    block(self, !isEndless, nanos);
    self.hasPermit = false;
  }

  /** Blocks the caller in a native call, which permits do not end. */
  void sleep(long nanos) {
    Actor self = me();
    self.isAsleep = true;
    block(self, nanos != Long.MAX_VALUE, nanos);
    self.isAsleep = false;
  }

  void wakeSleeper(Thread thread) {
    actors.get(thread).isBlocked = false;
  }

  private void block(Actor self, boolean isTimed, long nanos) {
    self.isBlocked = true;
    self.isTimed = isTimed;
    self.untilNanos = nowNanos + nanos;
    yieldTo(self);
  }

  void unpark(Thread thread) {
    step();
    Actor actor = actors.get(thread);
    if (actor != null) {
      actor.hasPermit = true;
      actor.isBlocked &= actor.isAsleep;
    }
  }

  void interrupt(Thread thread) {
    thread.interrupt();
    unpark(thread);
  }

  private Actor me() {
    Actor self = actors.get(Thread.currentThread());
    if (self == null) {
      throw new AssertionError("not an actor: " + Thread.currentThread());
    }
    return self;
  }

  private void yieldTo(Actor self) {
    Actor next = choose();
    if (next == self) {
      return;
    }
    if (next == null) {
      over.release();
    } else {
      next.baton.release();
    }
    self.baton.acquireUninterruptibly();
  }

  private void pass() {
    Actor next = choose();
    if (next == null) {
      over.release();
    } else {
      next.baton.release();
    }
  }

  /** Chooses who goes on; null if all have ended or nobody ever will. */
  private Actor choose() {
    List<Actor> left = actors.values().stream().filter(actor -> !actor.isEnded).toList();
    if (left.isEmpty()) {
      return null;
    }
    if (++steps > MOST_STEPS) {
      failures.add(new AssertionError("no end after steps=" + steps));
      return null;
    }
    List<Actor> able = left.stream().filter(actor -> !actor.isBlocked).toList();
    if (able.isEmpty()) {
      able = sleepers(left);
    }
    if (able.isEmpty()) {
      failures.add(new AssertionError("nobody will ever wake: " + names()));
      return null;
    }
    return able.get(random.nextInt(able.size()));
  }

  /** Lets the time pass until the first sleeper wakes. */
  private List<Actor> sleepers(List<Actor> left) {
    long first =
        left.stream().filter(actor -> actor.isTimed).mapToLong(a -> a.untilNanos).min().orElse(-1);
    nowNanos = Math.max(nowNanos, first);
    List<Actor> woken =
        left.stream().filter(actor -> actor.isTimed && actor.untilNanos <= nowNanos).toList();
    woken.forEach(actor -> actor.isBlocked = false);
    return woken;
  }

  private List<String> names() {
    return actors.entrySet().stream()
        .filter(each -> !each.getValue().isEnded)
        .map(each -> each.getKey().getName())
        .toList();
  }
}
