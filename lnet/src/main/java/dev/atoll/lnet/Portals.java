/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The portals of a node and the search in them.
 *
 * <p>{@link #match} leaves what it found in fields, until the next search. Belongs to the loop;
 * searching allocates nothing.
 */
final class Portals {
  /** How many there are. */
  static final int COUNT = 64;

  private final MatchTable[] tables = new MatchTable[COUNT];
  private final boolean[] goesOnWhenTooLong = new boolean[COUNT];
  private final @Nullable DelayedPuts[] delayed = new DelayedPuts[COUNT];
  private final PrimaryNids primaryNids;

  /** The descriptor that takes the message; null if none does. */
  @Nullable MemoryDescriptor found;

  /** Where in the descriptor's memory. */
  long offset;

  /** How many bytes. */
  int length;

  /** Why nothing was found. */
  DropReason reason = DropReason.NO_MATCH;

  Portals(PrimaryNids primaryNids) {
    this.primaryNids = primaryNids;
    Arrays.setAll(tables, MatchTable::new);
  }

  /** Gives the list of a portal. */
  MatchTable table(int portal) {
    if (portal < 0 || portal >= COUNT) {
      throw new IllegalArgumentException("portal=" + portal + " is not below " + COUNT);
    }
    return tables[portal];
  }

  /** Gives what waits at a lazy portal; null if the portal is not lazy. */
  @Nullable DelayedPuts delayed(int portal) {
    return delayed[portal];
  }

  /** Makes a portal lazy, or busy again with null. */
  void delayed(int portal, @Nullable DelayedPuts puts) {
    delayed[table(portal).portal()] = puts;
  }

  /** Says whether a search passes over a descriptor that has too little room. */
  void goesOnWhenTooLong(int portal, boolean goesOn) {
    goesOnWhenTooLong[table(portal).portal()] = goesOn;
  }

  /** Finds the descriptor for a PUT or GET. */
  @Nullable MemoryDescriptor match(LnetHeader header, Nid neighbour) {
    found = null;
    reason = DropReason.NO_MATCH;
    if (header.portal < 0 || header.portal >= COUNT) {
      reason = DropReason.NO_PORTAL;
      return null;
    }
    MatchTable table = tables[header.portal];
    if (!isDecided(table.firstIgnoring(), header, neighbour)) {
      boolean _ = isDecided(table.firstExact(header.matchBits), header, neighbour);
    }
    return found;
  }

  private boolean isDecided(@Nullable MatchEntry first, LnetHeader header, Nid neighbour) {
    for (MatchEntry entry = first; entry != null; entry = entry.nextOfChain) {
      MemoryDescriptor descriptor = entry.descriptor;
      if (descriptor == null || !accepts(entry, descriptor, header, neighbour)) {
        continue;
      }
      if (fits(descriptor, header)) {
        found = descriptor;
        return true;
      }
      if (!goesOnWhenTooLong[header.portal]) {
        return true;
      }
    }
    return false;
  }

  private boolean accepts(
      MatchEntry entry, MemoryDescriptor descriptor, LnetHeader header, Nid neighbour) {
    MatchSpec spec = entry.spec();
    boolean isPut = header.type == MessageType.PUT;
    return ((spec.matchBits() ^ header.matchBits) & ~spec.ignoreBits()) == 0
        && descriptor.options.has(isPut ? MemoryOptions.OP_PUT : MemoryOptions.OP_GET)
        && !descriptor.isExhausted()
        && (!spec.isDirect() || neighbour.equals(header.source))
        && spec.admits(header.source, header.sourcePid, primaryNids);
  }

  private boolean fits(MemoryDescriptor descriptor, LnetHeader header) {
    long at = descriptor.offsetFor(header);
    int fitting = descriptor.fit(at, requestedLength(header));
    if (fitting < 0) {
      reason = fitting == MemoryDescriptor.BAD_OFFSET ? DropReason.BAD_OFFSET : DropReason.TOO_LONG;
      return false;
    }
    offset = at;
    length = fitting;
    return true;
  }

  /** Tells how many bytes a PUT brings or a GET asks for. */
  static long requestedLength(LnetHeader header) {
    return Integer.toUnsignedLong(
        header.type == MessageType.PUT ? header.payloadLength : header.length);
  }
}
