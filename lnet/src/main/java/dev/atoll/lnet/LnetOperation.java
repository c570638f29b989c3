/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * What to put or get: the arguments of {@code LNetPut} and {@code LNetGet}.
 *
 * <p>An object is filled, used and filled again; nothing of it is kept. Not thread-safe.
 */
public final class LnetOperation {
  /** The most bytes of one message ({@code LNET_MTU}). */
  public static final int LENGTH_MAX = 1 << 20;

  /** Whom to; its NID may be any of the node's. */
  public ProcessId target = ProcessId.ANY;

  /** Which own interface sends; any lets the node choose. */
  public Nid source = Nid.ANY;

  /** The target's portal. */
  public int portal;

  /** What the target's match entries are compared with. */
  public long matchBits;

  /** Where in the target's memory, if its descriptor lets the initiator choose; unsigned. */
  public int offset;

  /** A word for the target's event; of a put. */
  public long headerData;

  /** Where in the own descriptor the bytes lie or go. */
  public long localOffset;

  /** How many bytes. */
  public int length;

  /** Whether the target shall acknowledge; of a put. */
  public boolean wantsAck;

  /** How long to wait for ACK or REPLY; zero for the node's usual time. */
  public long timeoutNanos;

  /** Makes an operation of no meaning. */
  public LnetOperation() {}

  /** Puts every field back to no meaning. */
  public void clear() {
    target = ProcessId.ANY;
    source = Nid.ANY;
    portal = 0;
    matchBits = 0;
    offset = 0;
    headerData = 0;
    localOffset = 0;
    length = 0;
    wantsAck = false;
    timeoutNanos = 0;
  }
}
