/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/** Match entries that are searched one after the other, ordered by rank. */
final class MatchChain {
  @Nullable MatchEntry first;
  private @Nullable MatchEntry last;

  void insert(MatchEntry entry) {
    MatchEntry head = first;
    MatchEntry before = last;
    if (head != null && entry.rank < head.rank) {
      before = null;
    }
    while (before != null && before.rank > entry.rank) {
      before = before.previousOfChain;
    }
    MatchEntry after = before == null ? head : before.nextOfChain;
    entry.previousOfChain = before;
    entry.nextOfChain = after;
    if (before == null) {
      first = entry;
    } else {
      before.nextOfChain = entry;
    }
    if (after == null) {
      last = entry;
    } else {
      after.previousOfChain = entry;
    }
  }

  void remove(MatchEntry entry) {
    MatchEntry before = entry.previousOfChain;
    MatchEntry after = entry.nextOfChain;
    if (before == null) {
      first = after;
    } else {
      before.nextOfChain = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previousOfChain = before;
    }
    entry.previousOfChain = null;
    entry.nextOfChain = null;
  }
}
