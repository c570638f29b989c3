/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.RingEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the threads that make transfers: each user a few at a time, whether he imports the
 * memory or exports it, since either can make a transfer last. The other transfers wait. Owned by
 * the loop.
 *
 * <p>No bound is needed on what waits: a session has one transfer in each of its lanes at most, and
 * takes them along when it ends.
 */
final class TransferShares {
  /** Transfers of one user that are on workers; fewer than there are threads. */
  static final int EACH_MAX = 2;

  private final Map<Integer, Integer> begun = new HashMap<>();
  private final Map<Users, Deque<Waiting>> waiting = new LinkedHashMap<>();

  /**
   * Whose transfer it is.
   *
   * @param importer the uid that asked for it
   * @param exporter the uid whose memory it is
   */
  record Users(int importer, int exporter) {
    static Users of(ImportSegmentState state) {
      return new Users(
          state.session().credentials().uid(), state.export().session().credentials().uid());
    }
  }

  /**
   * A transfer that waits; everything about it is checked again when its turn comes.
   *
   * @param session who asked for it
   * @param rings where it was asked for
   * @param entry what was asked, a private copy
   */
  record Waiting(ClientSession session, ClientRings rings, RingEntry entry) {}

  /** Takes a place; false if one of the two has as many as he may. */
  boolean tryBegin(Users users) {
    if (!hasRoom(users)) {
      return false;
    }
    begun.merge(users.importer(), 1, Integer::sum);
    if (users.exporter() != users.importer()) {
      begun.merge(users.exporter(), 1, Integer::sum);
    }
    return true;
  }

  private boolean hasRoom(Users users) {
    return begun.getOrDefault(users.importer(), 0) < EACH_MAX
        && begun.getOrDefault(users.exporter(), 0) < EACH_MAX;
  }

  /** Gives a place back; {@link #next} tells who can go on. */
  void end(Users users) {
    giveBack(users.importer());
    if (users.exporter() != users.importer()) {
      giveBack(users.exporter());
    }
  }

  private void giveBack(int uid) {
    begun.computeIfPresent(uid, (each, count) -> count == 1 ? null : count - 1);
  }

  void await(Users users, Waiting transfer) {
    waiting.computeIfAbsent(users, each -> new ArrayDeque<>()).addLast(transfer);
  }

  /** Takes out one that there is room for now; null if none. Users take turns. */
  @Nullable Waiting next() {
    for (Users users : waiting.keySet()) {
      if (hasRoom(users)) {
        return take(users);
      }
    }
    return null;
  }

  private Waiting take(Users users) {
    Deque<Waiting> queue = waiting.remove(users);
    if (queue == null) {
      throw new IllegalStateException("nothing waits for users=" + users);
    }
    Waiting first = queue.removeFirst();
    if (!queue.isEmpty()) {
      waiting.put(users, queue);
    }
    return first;
  }

  /** The session has ended: what it waits for is of no use to anybody. */
  void forget(ClientSession session) {
    for (Iterator<Deque<Waiting>> each = waiting.values().iterator(); each.hasNext(); ) {
      Deque<Waiting> queue = each.next();
      queue.removeIf(transfer -> transfer.session() == session);
      if (queue.isEmpty()) {
        each.remove();
      }
    }
  }
}
