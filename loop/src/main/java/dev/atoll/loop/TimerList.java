/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import org.jspecify.annotations.Nullable;

/** Timers in the order they came, linked so that any of them can leave in constant time. */
final class TimerList {
  /** Where in the wheel the list stands. */
  final int level;

  final int slot;
  @Nullable Timer first;
  private @Nullable Timer last;

  TimerList(int level, int slot) {
    this.level = level;
    this.slot = slot;
  }

  void addLast(Timer timer) {
    timer.list = this;
    timer.next = null;
    timer.previous = last;
    if (last == null) {
      first = timer;
    } else {
      last.next = timer;
    }
    last = timer;
  }

  void remove(Timer timer) {
    Timer before = timer.previous;
    Timer after = timer.next;
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
    timer.list = null;
    timer.next = null;
    timer.previous = null;
  }

  boolean isEmpty() {
    return first == null;
  }
}
