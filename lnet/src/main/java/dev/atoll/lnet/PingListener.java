/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Is told how a ping has ended. Called once, on the node's loop; must not block. */
@FunctionalInterface
public interface PingListener {
  /**
   * Reports the end.
   *
   * @param result the answer, or why there is none
   */
  void ended(PingResult result);
}
