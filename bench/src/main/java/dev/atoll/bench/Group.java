/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

/** Trials that share their set-up, measured in a JVM of their own. */
interface Group {
  /** A word for the command line. */
  String name();

  /** Which part of the benchmarks it belongs to: persist, copy, segment or channel. */
  String part();

  /** What the figures rest on, in a line: memory, files, processes. */
  String conditions();

  /** Whether its JVM is to have {@link Peers} on its class path. */
  default boolean needsPeers() {
    return false;
  }

  void run(Bench bench) throws InterruptedException;
}
