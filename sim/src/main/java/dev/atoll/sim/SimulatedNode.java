/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.ProcessId;

/**
 * A node of LNet in a simulated world, with one interface. It can stop in an orderly way or crash,
 * and start again under the same NID as another incarnation. Not thread-safe.
 */
public final class SimulatedNode {
  /** The time at which a simulated world begins, for incarnations: some moment of 2026. */
  private static final long EPOCH_NANOS = 1_780_000_000_000_000_000L;

  private final Simulation world;
  private final SimulatedFabric fabric;
  private final ProcessId id;
  private final LnetSettings settings;
  private LnetEngine engine;
  private int starts;

  /**
   * Makes a node and starts it.
   *
   * @param world where it lives
   * @param fabric the network it is on
   * @param nid its name
   * @param settings of the node
   */
  public SimulatedNode(Simulation world, SimulatedFabric fabric, Nid nid, LnetSettings settings) {
    this.world = world;
    this.fabric = fabric;
    this.id = ProcessId.of(nid);
    this.settings = settings;
    this.engine = started();
  }

  /**
   * Names the node.
   *
   * @return never changes
   */
  public ProcessId id() {
    return id;
  }

  /**
   * Gives the node as it is since its last start.
   *
   * @return belongs to the simulation's loop
   */
  public LnetEngine engine() {
    return engine;
  }

  /**
   * Tells how often the node was started.
   *
   * @return one or more
   */
  public int starts() {
    return starts;
  }

  /** Lets the node die without a word and come back as another incarnation. */
  public void restart() {
    fabric.crash(id.nid());
    engine.close();
    engine = started();
  }

  /** Ends the node in an orderly way. */
  public void close() {
    engine.close();
  }

  private LnetEngine started() {
    starts++;
    long incarnation = EPOCH_NANOS + world.clock().nanos() + starts;
    var made = new LnetEngine(world.loop(), world.random(), incarnation, settings);
    made.add(fabric.newInterface(id.nid(), incarnation));
    return made;
  }
}
