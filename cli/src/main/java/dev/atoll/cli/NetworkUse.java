/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Network;

/**
 * A network for the time of one command.
 *
 * @param network the network
 * @param end what to do with whatever carries it when the command is over
 */
record NetworkUse(Network network, Runnable end) implements AutoCloseable {
  /** Where a command gets its network from. */
  interface Source {
    /** Gets it; the caller closes it. */
    NetworkUse open();
  }

  @Override
  public void close() {
    end.run();
  }
}
