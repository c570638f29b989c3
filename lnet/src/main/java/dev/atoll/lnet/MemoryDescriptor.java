/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * Memory that messages come from or go to ({@code struct lnet_libmd}).
 *
 * <p>It is <em>attached</em> to a match entry, for others to put and get, or <em>free</em>, for own
 * puts and gets. It is busy while messages move its bytes, and ends with the one event that says
 * {@link LnetEvent#isUnlinked unlinked}: from then on its memory is the owner's again.
 *
 * <p>Belongs to the loop.
 */
public final class MemoryDescriptor {
  static final int TOO_LONG = -1;
  static final int BAD_OFFSET = -2;

  final Pieces pieces;
  final MemoryOptions options;
  final EventHandler handler;
  private final @Nullable Object userPointer;

  /** Where it is attached; null for a free one. */
  final @Nullable MatchEntry entry;

  /** Operations left, or endless. */
  int threshold;

  /** Where the next operation goes, unless its initiator says. */
  long localOffset;

  /** Messages that move bytes of it right now. */
  int busyCount;

  /** Operations that wait for an answer; the first of their list. */
  int awaitedCount;

  @Nullable AwaitedAnswer firstAwaited;

  /** Messages that store bytes into it; the first of their list. */
  @Nullable IncomingMessage firstIncoming;

  /** Nothing new begins with it; its last message ends it. */
  boolean isEnding;

  /** Its last event has been made. */
  boolean isGone;

  /** All that live, in a list of the node. */
  @Nullable MemoryDescriptor next;

  @Nullable MemoryDescriptor previous;

  MemoryDescriptor(
      Pieces pieces,
      MemoryOptions options,
      EventHandler handler,
      @Nullable Object userPointer,
      @Nullable MatchEntry entry) {
    this.pieces = pieces;
    this.options = options;
    this.handler = handler;
    this.userPointer = userPointer;
    this.entry = entry;
    this.threshold = options.threshold();
  }

  /**
   * Gives the memory.
   *
   * @return as it was given
   */
  public Pieces pieces() {
    return pieces;
  }

  /**
   * Gives the options.
   *
   * @return as they were given
   */
  public MemoryOptions options() {
    return options;
  }

  /**
   * Gives what the owner gave along.
   *
   * @return the user pointer, or null if none was given
   */
  public @Nullable Object userPointer() {
    return userPointer;
  }

  /**
   * Tells whether the memory is the owner's again.
   *
   * @return whether the last event has come, or waits to be handled
   */
  public boolean isUnlinked() {
    return isGone;
  }

  /** Tells whether no operation can begin any more. */
  boolean isExhausted() {
    return threshold == 0
        || (entry != null
            && options.maxSize() > 0
            && localOffset > pieces.length() - options.maxSize());
  }

  /** Tells whether the message that ends now is the last. */
  boolean isAtItsEnd() {
    return busyCount == 0
        && (isEnding || (!options.isRetained() && awaitedCount == 0 && isExhausted()));
  }

  /** Tells where in the memory an operation from outside goes. */
  long offsetFor(LnetHeader header) {
    return options.has(MemoryOptions.MANAGE_REMOTE)
        ? Integer.toUnsignedLong(header.offset)
        : localOffset;
  }

  /** Tells how many bytes of an operation from outside are moved; negative if it does not fit. */
  int fit(long offset, long requested) {
    if (offset > pieces.length()) {
      return BAD_OFFSET;
    }
    long room = Math.min(pieces.length() - offset, LnetOperation.LENGTH_MAX);
    if (options.maxSize() > 0) {
      room = Math.min(room, options.maxSize());
    }
    if (requested <= room) {
      return (int) requested;
    }
    return options.has(MemoryOptions.TRUNCATE) ? (int) room : TOO_LONG;
  }

  void useUp(int operations) {
    if (threshold > 0) {
      threshold -= operations;
    }
  }

  void add(IncomingMessage message) {
    IncomingMessage head = firstIncoming;
    message.nextOfDescriptor = head;
    message.previousOfDescriptor = null;
    if (head != null) {
      head.previousOfDescriptor = message;
    }
    firstIncoming = message;
    message.descriptor = this;
  }

  void remove(IncomingMessage message) {
    IncomingMessage before = message.previousOfDescriptor;
    IncomingMessage after = message.nextOfDescriptor;
    if (before == null) {
      firstIncoming = after;
    } else {
      before.nextOfDescriptor = after;
    }
    if (after != null) {
      after.previousOfDescriptor = before;
    }
    message.nextOfDescriptor = null;
    message.previousOfDescriptor = null;
    message.descriptor = null;
  }
}
