/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/** Whether a region outlives the processes that use it. */
public enum RegionKind {
  /** Gone with the last process that holds it. */
  VOLATILE,
  /** Backed by a file that a restart finds again. */
  PERSISTENT
}
