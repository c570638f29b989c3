/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * A process of LNet.
 *
 * @param nid where it is
 * @param pid which it is there
 */
public record ProcessId(Nid nid, int pid) {
  /** Matches every process. */
  public static final ProcessId ANY = new ProcessId(Nid.ANY, -1);
}
