/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.Map;

/** Trials that share their set-up, measured in a JVM of their own. */
interface Group {
  /** A word for the command line. */
  String name();

  /** Which part of the benchmarks it belongs to: persist, copy, segment, channel or lnet. */
  String part();

  /** What the figures rest on, in a line: memory, files, processes. */
  String conditions();

  /** Whether its JVM is to have {@link Peers} on its class path. */
  default boolean needsPeers() {
    return false;
  }

  /** What its JVM finds in its environment unless the user has said otherwise. */
  default Map<String, String> environment() {
    return Peers.ENVIRONMENT;
  }

  void run(Bench bench) throws InterruptedException;
}
