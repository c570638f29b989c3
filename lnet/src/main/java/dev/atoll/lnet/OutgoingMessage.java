/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way out. Made and pooled by the node; lent to a network from {@link Lnd#send} to
 * {@link LndPort#sent}.
 *
 * <p>Belongs to the loop.
 */
public final class OutgoingMessage {
  private final LnetHeader header = new LnetHeader();
  private ProcessId neighbour = ProcessId.ANY;
  private Pieces pieces = Pieces.NONE;
  private long payloadOffset;
  private long deadlineNanos;

  /** For the network that holds the message: the next of its queue. */
  public @Nullable OutgoingMessage next;

  /** The memory descriptor behind the message; for the node. */
  @Nullable MemoryDescriptor descriptor;

  /** What its end will be reported as; for the node. */
  final LnetEvent event = new LnetEvent();

  /** Whether it lies in the pool; for the node. */
  boolean isPooled;

  /**
   * When an answer to it comes too late, on the loop's clock: no use in sending it later. Zero if
   * it wants none.
   */
  long answerDeadlineNanos;

  /**
   * Where the message that this one answers came from; answers go back through the same gateway.
   */
  @Nullable ProcessId via;

  /** The way the message takes: whose credit it needs, and through which interface. */
  @Nullable Peer hop;

  @Nullable LocalInterface exit;

  /** When the message ends with ETIMEDOUT if it has not left. */
  long expiryNanos;

  /** Its place among the messages to the peer; kept when it is tried again. */
  long order;

  /** How often a network has given it back. */
  int failures;

  OutgoingMessage() {}

  /**
   * Gives the header; {@link LnetHeader#payloadLength} is the length of the payload.
   *
   * @return the message's own
   */
  public LnetHeader header() {
    return header;
  }

  /**
   * Tells who gets the message from the network: its destination, or the gateway on the way there.
   *
   * @return a process on the network's own net
   */
  public ProcessId neighbour() {
    return neighbour;
  }

  /**
   * Gives the memory that the payload lies in.
   *
   * @return the payload is {@link #payloadLength} bytes of it from {@link #payloadOffset}
   */
  public Pieces pieces() {
    return pieces;
  }

  /**
   * Tells where the payload begins.
   *
   * @return offset in {@link #pieces}
   */
  public long payloadOffset() {
    return payloadOffset;
  }

  /**
   * Tells how long the payload is.
   *
   * @return bytes, at most 1 MiB
   */
  public int payloadLength() {
    return header.payloadLength;
  }

  /**
   * Tells until when the network may try; later the message ends with ETIMEDOUT.
   *
   * @return on the loop's clock
   */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  void neighbour(ProcessId neighbour, long deadlineNanos) {
    this.neighbour = neighbour;
    this.deadlineNanos = deadlineNanos;
  }

  void payload(Pieces pieces, long offset, int length) {
    this.pieces = pieces;
    this.payloadOffset = offset;
    header.payloadLength = length;
  }

  /** Forgets everything, so that a pooled message holds nothing. */
  void clear() {
    header.clear();
    neighbour = ProcessId.ANY;
    pieces = Pieces.NONE;
    payloadOffset = 0;
    deadlineNanos = 0;
    answerDeadlineNanos = 0;
    event.clear();
    next = null;
    descriptor = null;
    via = null;
    hop = null;
    exit = null;
    expiryNanos = 0;
    order = 0;
    failures = 0;
  }
}
