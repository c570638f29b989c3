/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.Nid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: it delays, keeps the order of each connection and of nothing else, breaks
 * connections, hides nodes from each other and lets them restart. Everything it does follows from
 * the random numbers it is given. Not thread-safe.
 */
public final class SimulatedFabric {
  private final SimulatedEvents events;
  private final SimulatedClock clock;
  private final RandomGenerator random;
  private final Trace trace;
  private FabricSettings settings;
  private final Map<Nid, SimulatedLnd> interfaces = new LinkedHashMap<>();
  private final Map<Pair, SimulatedLink> links = new LinkedHashMap<>();

  /** Two interfaces, the lesser first. */
  private record Pair(Nid lesser, Nid greater) {
    static Pair of(Nid one, Nid other) {
      return one.compareTo(other) <= 0 ? new Pair(one, other) : new Pair(other, one);
    }
  }

  /**
   * Makes a network without nodes.
   *
   * @param world where it is
   * @param settings how it behaves
   */
  public SimulatedFabric(Simulation world, FabricSettings settings) {
    this.events = world.events();
    this.clock = world.clock();
    this.random = world.random();
    this.trace = world.trace();
    this.settings = settings;
  }

  /**
   * Makes an interface of a node. It takes part from {@link SimulatedLnd#start} on; one that starts
   * under a NID that is in use takes its place, as a node does that comes back.
   *
   * @param nid its name
   * @param incarnation tells this start from others
   * @return the interface
   */
  public SimulatedLnd newInterface(Nid nid, long incarnation) {
    return new SimulatedLnd(this, nid, incarnation);
  }

  /**
   * Breaks the connections between two interfaces, if there are any. Messages on their way are
   * lost; each side sees it some time later.
   *
   * @param one of them
   * @param other of them
   */
  public void reset(Nid one, Nid other) {
    SimulatedLink link = links.get(Pair.of(one, other));
    if (link != null) {
      link.reset();
    }
  }

  /**
   * Hides two interfaces from each other, or lets them see each other again. What is on its way
   * waits; a connection that is hidden too long breaks.
   *
   * @param one of them
   * @param other of them
   * @param isHidden whether nothing gets through
   */
  public void hide(Nid one, Nid other, boolean isHidden) {
    link(one, other).hide(isHidden);
  }

  /**
   * Lets an interface vanish as in a crash: it says nothing any more, and its neighbours find out
   * when their connections break.
   *
   * @param nid whose
   */
  public void crash(Nid nid) {
    SimulatedLnd gone = interfaces.remove(nid);
    if (gone != null) {
      trace.step(clock.nanos(), 7, () -> "crash " + nid);
      gone.vanish();
      resetAll(nid);
    }
  }

  /**
   * Changes how the network behaves from now on.
   *
   * @param changed what comes instead
   */
  public void settings(FabricSettings changed) {
    settings = changed;
  }

  void join(SimulatedLnd lnd) {
    crash(lnd.nid());
    interfaces.put(lnd.nid(), lnd);
  }

  void leave(SimulatedLnd lnd) {
    if (interfaces.remove(lnd.nid(), lnd)) {
      resetAll(lnd.nid());
    }
  }

  private void resetAll(Nid nid) {
    linksOf(nid).forEach(SimulatedLink::reset);
  }

  /** In the order they were first used, so that a run does not depend on a hash table's order. */
  List<SimulatedLink> linksOf(Nid nid) {
    var found = new ArrayList<SimulatedLink>();
    for (Map.Entry<Pair, SimulatedLink> entry : links.entrySet()) {
      if (entry.getKey().lesser.equals(nid) || entry.getKey().greater.equals(nid)) {
        found.add(entry.getValue());
      }
    }
    return found;
  }

  SimulatedLink link(Nid one, Nid other) {
    Pair pair = Pair.of(one, other);
    return links.computeIfAbsent(pair, key -> new SimulatedLink(this, key.lesser, key.greater));
  }

  @Nullable SimulatedLnd find(Nid nid) {
    return interfaces.get(nid);
  }

  SimulatedEvents events() {
    return events;
  }

  SimulatedClock clock() {
    return clock;
  }

  Trace trace() {
    return trace;
  }

  FabricSettings settings() {
    return settings;
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  int upTo(int bound) {
    return random.nextInt(bound);
  }

  long delayNanos() {
    long span = settings.delayMaxNanos() - settings.delayMinNanos();
    return settings.delayMinNanos() + (span == 0 ? 0 : random.nextLong(span));
  }

  long connectNanos() {
    return 1 + random.nextLong(settings.connectNanos());
  }
}
