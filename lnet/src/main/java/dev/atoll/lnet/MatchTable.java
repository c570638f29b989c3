/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The match entries of one portal.
 *
 * <p>They stand in one list. Those that ignore bits are searched first, in its order; then those
 * that want exact bits, in its order. An exact entry can only match messages with its own bits, so
 * the exact ones are kept by hash: what is found is what a walk along the list would find, in
 * constant time. Each entry has a rank, a number that grows along the list; between two entries
 * there is nearly always a number left, and if not all are numbered anew.
 *
 * <p>Belongs to the loop. Searching allocates nothing.
 */
final class MatchTable {
  private static final long RANK_STEP = 1L << 32;
  private static final int BUCKETS_LEAST = 8;

  private final int portal;
  private final MatchChain ignoring = new MatchChain();
  private MatchChain[] exact = chains(BUCKETS_LEAST);
  private int exactCount;
  private @Nullable MatchEntry first;
  private @Nullable MatchEntry last;

  MatchTable(int portal) {
    this.portal = portal;
  }

  int portal() {
    return portal;
  }

  /** Gives the head of the list. */
  @Nullable MatchEntry first() {
    return first;
  }

  /** Gives the first entry that ignores bits; the others follow in its chain. */
  @Nullable MatchEntry firstIgnoring() {
    return ignoring.first;
  }

  /** Gives the first entry that may want exactly these bits; the others follow in its chain. */
  @Nullable MatchEntry firstExact(long matchBits) {
    return chainOf(matchBits).first;
  }

  void add(MatchEntry entry) {
    if (entry.spec().isFirst()) {
      insert(null, entry, first);
    } else {
      insert(last, entry, null);
    }
  }

  void addBefore(MatchEntry other, MatchEntry entry) {
    insert(other.previous, entry, other);
  }

  void addAfter(MatchEntry other, MatchEntry entry) {
    insert(other, entry, other.next);
  }

  void remove(MatchEntry entry) {
    MatchEntry before = entry.previous;
    MatchEntry after = entry.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    entry.previous = null;
    entry.next = null;
    entry.isListed = false;
    if (entry.ignoresBits()) {
      ignoring.remove(entry);
    } else {
      chainOf(entry.spec().matchBits()).remove(entry);
      exactCount--;
    }
  }

  private void insert(@Nullable MatchEntry before, MatchEntry entry, @Nullable MatchEntry after) {
    entry.previous = before;
    entry.next = after;
    if (before == null) {
      first = entry;
    } else {
      before.next = entry;
    }
    if (after == null) {
      last = entry;
    } else {
      after.previous = entry;
    }
    entry.isListed = true;
    rank(before, entry, after);
    if (entry.ignoresBits()) {
      ignoring.insert(entry);
      return;
    }
    if (exactCount == exact.length * 2) {
      grow(entry);
    }
    chainOf(entry.spec().matchBits()).insert(entry);
    exactCount++;
  }

  private void rank(@Nullable MatchEntry before, MatchEntry entry, @Nullable MatchEntry after) {
    if (before == null) {
      entry.rank = after == null ? 0 : after.rank - RANK_STEP;
    } else if (after == null) {
      entry.rank = before.rank + RANK_STEP;
    } else {
      entry.rank = before.rank + (after.rank - before.rank) / 2;
      if (entry.rank == before.rank) {
        rankAnew();
      }
    }
  }

  private void rankAnew() {
    long rank = 0;
    for (MatchEntry each = first; each != null; each = each.next) {
      each.rank = rank;
      rank += RANK_STEP;
    }
  }

  /** Doubles the chains; the entry that makes it necessary is in the list, but in no chain yet. */
  private void grow(MatchEntry added) {
    exact = chains(exact.length * 2);
    for (MatchEntry each = first; each != null; each = each.next) {
      if (!each.ignoresBits() && !each.equals(added)) {
        chainOf(each.spec().matchBits()).insert(each);
      }
    }
  }

  private MatchChain chainOf(long matchBits) {
    long mixed = matchBits * 0x9E37_79B9_7F4A_7C15L;
    return exact[(int) (mixed >>> 33) & (exact.length - 1)];
  }

  private static MatchChain[] chains(int count) {
    MatchChain[] chains = new MatchChain[count];
    Arrays.setAll(chains, i -> new MatchChain());
    return chains;
  }
}
