/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import java.util.EnumMap;
import java.util.Map;

/** What a TCP network has counted since it was started. Plain numbers that belong to the loop. */
public final class TcpCounters {
  /** Bytes behind the handshake that were read. */
  public long receivedBytes;

  /** Bytes behind the handshake that were written. */
  public long sentBytes;

  /** Messages that came. */
  public long receivedMessages;

  /** Messages that left. */
  public long sentMessages;

  /** Signs of life and acknowledgements that came. */
  public long receivedNoops;

  /** Signs of life that left. */
  public long sentKeepalives;

  /** Acknowledgements of buffers that left. */
  public long sentAcknowledgements;

  /** Calls that read. */
  public long reads;

  /** Calls that wrote. */
  public long writes;

  /** Connections that came in. */
  public long accepts;

  /** Connections that were begun. */
  public long connects;

  /** Connections that were begun and failed. */
  public long connectFailures;

  /** Connections that stood, in either direction. */
  public long connections;

  private final Map<Refusal, Long> refusals = new EnumMap<>(Refusal.class);
  private final Map<Cut, Long> cuts = new EnumMap<>(Cut.class);

  /** Makes counters that are zero. */
  public TcpCounters() {}

  /**
   * Tells how many connections were refused.
   *
   * @param reason why
   * @return since the start
   */
  public long refusals(Refusal reason) {
    return refusals.getOrDefault(reason, 0L);
  }

  /**
   * Tells how often a neighbour was cut off.
   *
   * @param reason why
   * @return since the start
   */
  public long cuts(Cut reason) {
    return cuts.getOrDefault(reason, 0L);
  }

  void refused(Refusal reason) {
    refusals.merge(reason, 1L, Long::sum);
  }

  void cut(Cut reason) {
    cuts.merge(reason, 1L, Long::sum);
  }
}
