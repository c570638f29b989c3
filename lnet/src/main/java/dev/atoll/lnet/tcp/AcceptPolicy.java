/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/** Whose connections a node in Lustre's mode takes (Lustre's module parameter {@code accept}). */
public enum AcceptPolicy {
  /** Those that come from a privileged port. */
  SECURE,

  /**
   * All. What comes from another port is no node but a process of its own, named by its port, and
   * nobody connects to it.
   */
  ALL,

  /** None: the node does not listen. */
  NONE
}
