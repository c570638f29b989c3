/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.posix.Descriptor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A poller without a kernel: events are put in by the test, waits move a clock that the test owns.
 */
final class FakePoller implements Poller {
  final Map<Descriptor, Long> keys = new HashMap<>();
  final Map<Descriptor, Integer> interests = new HashMap<>();
  final List<Long> timeouts = new ArrayList<>();
  final ArrayDeque<long[]> events = new ArrayDeque<>();
  long nowNanos;
  int wakes;
  boolean isClosed;

  void happen(Descriptor descriptor, int flags) {
    events.add(new long[] {keys.get(descriptor), flags});
  }

  @Override
  public void add(Descriptor descriptor, int interest, long key) {
    keys.put(descriptor, key);
    interests.put(descriptor, interest);
  }

  @Override
  public void modify(Descriptor descriptor, int interest, long key) {
    interests.put(descriptor, interest);
  }

  @Override
  public void remove(Descriptor descriptor) {
    keys.remove(descriptor);
    interests.remove(descriptor);
  }

  @Override
  public int poll(long timeoutNanos, Ready ready) {
    timeouts.add(timeoutNanos);
    if (events.isEmpty() && timeoutNanos > 0) {
      nowNanos += timeoutNanos;
    }
    int count = events.size();
    for (int i = 0; i < count; i++) {
      long[] event = events.remove();
      ready.ready(event[0], (int) event[1]);
    }
    return count;
  }

  @Override
  public void wake() {
    wakes++;
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
