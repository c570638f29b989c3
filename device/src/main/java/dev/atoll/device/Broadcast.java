/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

/**
 * Signals on their way from one export to all who imported it when they were posted.
 *
 * <p>What is posted while a round is under way is added up and makes the next round: each import
 * gets as many signals as were posted. Owned by the loop.
 */
final class Broadcast {
  private final ExportSegmentState export;
  private ImportSegmentState[] targets;
  private int next;
  private Posts posts;
  private Posts following = new Posts();

  Broadcast(ExportSegmentState export, Posts posts) {
    this.export = export;
    this.posts = posts;
    this.targets = targetsNow();
  }

  /** Posts that were added up. */
  static final class Posts {
    private int counted;
    private int once;
    private boolean isOnceFirst;

    void add(boolean isOnce) {
      if (isOnce) {
        isOnceFirst |= isEmpty();
        once++;
      } else {
        counted++;
      }
    }

    Posts copy() {
      var copy = new Posts();
      copy.counted = counted;
      copy.once = once;
      return copy;
    }

    boolean isEmpty() {
      return counted == 0 && once == 0;
    }

    /**
     * What a handle gets of them: one that accumulates not counts only where nothing is pending.
     */
    int countFor(ImportSegmentState target) {
      Posts missed = target.missedOf(this);
      int due = counted;
      boolean isOnceDue = isOnceFirst;
      if (missed != null && !missed.isEmpty()) {
        due -= missed.counted;
        isOnceDue = due == 0 && once > missed.once;
      }
      return isOnceDue && !Signalling.isPending(target) ? due + 1 : due;
    }
  }

  ExportSegmentState export() {
    return export;
  }

  /** How many imports get what is being delivered. */
  int size() {
    return targets.length;
  }

  /** What is posted from now on. */
  Posts following() {
    return following;
  }

  /** Goes on with a bounded number of imports; true once nothing is left. */
  boolean deliver(int targetsMax) {
    int end = (int) Math.min(targets.length, (long) next + targetsMax);
    for (; next < end; next++) {
      ImportSegmentState target = targets[next];
      if (target.phase() == ImportSegmentState.Phase.CONNECTED && !target.isGone()) {
        Signalling.deliver(target, posts.countFor(target));
      }
    }
    if (next < targets.length) {
      return false;
    }
    if (following.isEmpty()) {
      return true;
    }
    posts = following;
    following = new Posts();
    targets = targetsNow();
    next = 0;
    return false;
  }

  private ImportSegmentState[] targetsNow() {
    return export.imports().toArray(ImportSegmentState[]::new);
  }
}
