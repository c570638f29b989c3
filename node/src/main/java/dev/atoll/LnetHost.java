/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.Nid;
import java.util.function.Consumer;

/** Where a node of LNet runs, as far as its administration needs to know. */
interface LnetHost {
  /**
   * Runs something on the node's loop, which must not wait.
   *
   * @throws LnetException CLOSED if the node is closed
   */
  void execute(Consumer<LnetEngine> action);

  /**
   * Makes an interface; waits for it, so not on the loop.
   *
   * @throws LnetException if it can not be had, with what to do
   */
  void add(Nid nid);
}
