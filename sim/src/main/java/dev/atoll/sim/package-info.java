/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A network of many nodes on one thread, whose every step follows from a seed.
 *
 * <p>{@link dev.atoll.sim.Simulation} is the world, {@link dev.atoll.sim.SimulatedFabric} the
 * network in it. The nodes are the real ones, on a loop whose clock is moved by waiting.
 */
package dev.atoll.sim;
