/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** How a wait for a signal ended. */
public enum SignalOutcome {
  /** One signal was taken. */
  RECEIVED,
  /** The time was up first: RSMERR_TIMEOUT in C. */
  TIMED_OUT,
  /**
   * The connection has ended and no signal is left: RSMERR_CONN_ABORTED, where the original would
   * wait on.
   */
  DISCONNECTED
}
