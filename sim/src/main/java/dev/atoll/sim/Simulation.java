/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A world in which all that happens follows from a seed: a clock, an event loop, random numbers,
 * and a trace. Hundreds of nodes live on its one loop and thread.
 *
 * <p>Belongs to the thread that made it.
 */
public final class Simulation implements AutoCloseable {
  private final SimulatedClock clock = new SimulatedClock();
  private final SimulatedEvents events = new SimulatedEvents(clock);
  private final RandomGenerator random;
  private final Trace trace;
  private final EventLoop loop;

  /**
   * Makes a world.
   *
   * @param seed of everything in it
   * @param keepsLines whether the trace keeps words
   */
  public Simulation(long seed, boolean keepsLines) {
    this.random = new SplittableRandom(seed);
    this.trace = new Trace(keepsLines);
    this.loop =
        new EventLoop(
            new LoopOptions(
                "simulation-" + seed,
                new SimulatedPoller(clock, events),
                clock,
                IdlePolicy.sleeping(),
                FailureHandler.stopping()));
    if (!loop.tryHold()) {
      throw new AssertionError("a new loop is held");
    }
  }

  /**
   * Gives the clock.
   *
   * @return moved by the simulation
   */
  public SimulatedClock clock() {
    return clock;
  }

  /**
   * Gives what is planned.
   *
   * @return for networks and faults to plan with
   */
  public SimulatedEvents events() {
    return events;
  }

  /**
   * Gives the random numbers.
   *
   * @return the only ones in this world
   */
  public RandomGenerator random() {
    return random;
  }

  /**
   * Gives the trace.
   *
   * @return what has happened
   */
  public Trace trace() {
    return trace;
  }

  /**
   * Gives the loop that all nodes share; held by the thread that made the simulation.
   *
   * @return the loop
   */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Lets time pass.
   *
   * @param nanos how much
   */
  public void run(long nanos) {
    boolean _ = runUntil(() -> false, nanos);
  }

  /**
   * Lets time pass until something is the case.
   *
   * @param isDone what is waited for
   * @param mostNanos the longest time
   * @return whether it is the case
   */
  public boolean runUntil(BooleanSupplier isDone, long mostNanos) {
    long endNanos = clock.nanos() + mostNanos;
    while (!isDone.getAsBoolean()) {
      long leftNanos = endNanos - clock.nanos();
      if (leftNanos <= 0) {
        return false;
      }
      loop.turn(leftNanos);
      Throwable failure = loop.failure();
      if (failure != null) {
        throw new IllegalStateException("a node has failed: " + failure, failure);
      }
    }
    return true;
  }

  @Override
  public void close() {
    if (loop.isOpen()) {
      loop.close();
    }
  }
}
