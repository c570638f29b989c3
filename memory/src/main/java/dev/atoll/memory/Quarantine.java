/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Clock;
import dev.atoll.base.Site;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Address ranges of closed mappings on their way back to the kernel.
 *
 * <p>A thread that looked at {@link MappedRange#isOpen()} just before the close may use the raw
 * address a moment later. The ranges hold zero pages by then and cost nothing but addresses, so
 * they wait here: {@value #GRACE_SECONDS} seconds, or, when more than {@value #MOST_WAITING} wait,
 * at least {@value #SHORT_GRACE_SECONDS} second. They are released when other ranges are closed,
 * never by a thread of its own.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
final class Quarantine {
  static final int GRACE_SECONDS = 10;
  static final int SHORT_GRACE_SECONDS = 1;
  static final int MOST_WAITING = 8192;

  private static final long GRACE_NANOS = GRACE_SECONDS * 1_000_000_000L;
  private static final long SHORT_GRACE_NANOS = SHORT_GRACE_SECONDS * 1_000_000_000L;

  /** Addresses belong to the process, so its mappings share one quarantine. */
  private static final Quarantine OF_PROCESS = new Quarantine(Clock.system());

  private final Clock clock;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  Quarantine(Clock clock) {
    this.clock = clock;
  }

  static Quarantine ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Takes a range in and releases those whose time has come.
   *
   * @param posix what unmaps it
   * @param address first byte
   * @param length bytes, whole pages
   * @param arena an arena over the range that a system call still held, or null if it is closed
   */
  synchronized void add(Posix posix, long address, long length, @Nullable Arena arena) {
    waiting.addLast(new Waiting(posix, address, length, arena, clock.nanos()));
    drain();
  }

  /** Releases the ranges whose time has come. */
  synchronized void drain() {
    long now = clock.nanos();
    int most = waiting.size();
    Iterator<Waiting> oldestFirst = waiting.iterator();
    while (oldestFirst.hasNext()) {
      Waiting range = oldestFirst.next();
      long grace = most > MOST_WAITING ? SHORT_GRACE_NANOS : GRACE_NANOS;
      if (now - range.sinceNanos < grace) {
        return;
      }
      if (range.arena == null || isClosedNow(range.arena)) {
        oldestFirst.remove();
        most--;
        // An exception ends this drain; the range is not tried again, since what stands at its
        // addresses is not known any more.
        range.posix.munmap(range.address, range.length);
        Site.hit("range.released");
      }
    }
  }

  /**
   * Tells how many ranges wait.
   *
   * @return the number
   */
  synchronized int size() {
    return waiting.size();
  }

  /**
   * Closes an arena unless a system call is using it right now. There is no retry here: a caller
   * that gets false must keep the addresses valid.
   */
  static boolean isClosedNow(Arena arena) {
    try {
      arena.close();
      return true;
    } catch (IllegalStateException e) {
      // Arena.close: "if a segment associated with this arena is being accessed concurrently, e.g.
      // by a downcall method handle". The only other reason would be that it is closed already.
      return !arena.scope().isAlive();
    }
  }

  private record Waiting(
      Posix posix, long address, long length, @Nullable Arena arena, long sinceNanos) {}
}
