/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Clock;
import dev.atoll.base.Site;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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

  private static final int SPINS = 100;
  private static final int PAUSES = 200;
  private static final long PAUSE_NANOS = 500_000;

  private static final System.Logger LOG = System.getLogger(Quarantine.class.getName());

  /** Addresses belong to the process, so its mappings share one quarantine. */
  private static final Quarantine OF_PROCESS = new Quarantine(Clock.system());

  private final Clock clock;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final List<Arena> held = new ArrayList<>();

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
    if (arena != null) {
      held.add(arena);
    }
    waiting.addLast(new Waiting(posix, address, length, arena, clock.nanos()));
    drain();
  }

  /**
   * Takes an arena in that a system call still held, over addresses that are never released.
   *
   * @param arena what to close as soon as the call has ended
   */
  synchronized void hold(Arena arena) {
    held.add(arena);
    drain();
  }

  /** Closes the arenas that are not held any more, and releases the ranges whose time has come. */
  synchronized void drain() {
    // No grace for these: until then a segment takes stores that reach nothing.
    held.removeIf(Quarantine::isClosedNow);
    long now = clock.nanos();
    int most = waiting.size();
    Iterator<Waiting> oldestFirst = waiting.iterator();
    while (oldestFirst.hasNext()) {
      Waiting range = oldestFirst.next();
      long grace = most > MOST_WAITING ? SHORT_GRACE_NANOS : GRACE_NANOS;
      if (now - range.sinceNanos < grace) {
        return;
      }
      if (range.arena == null || !range.arena.scope().isAlive()) {
        oldestFirst.remove();
        most--;
        release(range);
      }
    }
  }

  /**
   * Unmaps. Whoever closes another range can do nothing about a failure here. The range is not
   * tried again either, since what stands at its addresses is not known any more; it stays.
   */
  private static void release(Waiting range) {
    try {
      range.posix.munmap(range.address, range.length);
      Site.hit("range.released");
    } catch (ErrnoException e) {
      LOG.log(System.Logger.Level.WARNING, "event=range-kept cause=release-failed", e);
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
   * Closes an arena, and waits a tenth of a second at most for a system call that is using it. An
   * interrupt shortens the wait.
   *
   * @return false if it is in use still: the caller must keep the addresses valid
   */
  static boolean isClosedSoon(Arena arena) {
    for (int i = 0; i < SPINS + PAUSES; i++) {
      if (isClosedNow(arena)) {
        return true;
      }
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return isClosedNow(arena);
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
