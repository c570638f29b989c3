/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.posix.Descriptor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Registrations by key: bits 62–32 an index, bits 31–0 how often the index was used before, so that
 * an event of a cancelled registration never meets the one that took its place.
 */
final class Registrations {
  /** Linux allows about a million descriptors in a process (fs.nr_open). */
  static final int MOST = 1 << 20;

  private final List<@Nullable Registration> entries = new ArrayList<>();
  private final List<Integer> uses = new ArrayList<>();
  private final ArrayDeque<Integer> free = new ArrayDeque<>();

  Registration add(EventLoop loop, Descriptor descriptor, Registration.Handler handler) {
    Integer reused = free.pollFirst();
    int index = reused == null ? entries.size() : reused;
    if (index >= MOST) {
      throw new IllegalStateException("registrations=" + index + " are the most a loop takes");
    }
    if (reused == null) {
      entries.add(null);
      uses.add(0);
    }
    long key = (long) index << Integer.SIZE | Integer.toUnsignedLong(uses.get(index));
    Registration registration = new Registration(loop, descriptor, handler, key);
    entries.set(index, registration);
    return registration;
  }

  @CheckReturnValue
  @Nullable Registration find(long key) {
    int index = (int) (key >>> Integer.SIZE);
    Registration found = index < entries.size() ? entries.get(index) : null;
    return found != null && found.key() == key ? found : null;
  }

  void remove(long key) {
    int index = (int) (key >>> Integer.SIZE);
    entries.set(index, null);
    uses.set(index, uses.get(index) + 1);
    free.addLast(index);
  }

  int size() {
    return entries.size() - free.size();
  }
}
