/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Clock;
import dev.atoll.link.Session;
import dev.atoll.posix.InterruptibleWait;
import dev.atoll.posix.Posix;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** What the segments of one session share. */
final class RsmContext {
  private static final int IDLE_WAITERS_MAX = 32;

  private final Posix posix;
  private final Clock clock;
  private final DeviceCalls calls;
  private final ImportTable imports;
  private final Map<Long, SignalPoll> polls = new ConcurrentHashMap<>();
  private final Set<ExportSegment> exports = ConcurrentHashMap.newKeySet();
  private final Set<InterruptibleWait> waiting = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<InterruptibleWait> idle = new LinkedBlockingQueue<>(IDLE_WAITERS_MAX);

  RsmContext(Posix posix, Clock clock, DeviceCalls calls, ImportTable imports) {
    this.posix = posix;
    this.clock = clock;
    this.calls = calls;
    this.imports = imports;
  }

  Posix posix() {
    return posix;
  }

  Clock clock() {
    return clock;
  }

  DeviceCalls calls() {
    return calls;
  }

  Session session() {
    return calls.session();
  }

  /** The connected imports by handle, for the service thread to find. */
  ImportTable imports() {
    return imports;
  }

  /** What is pollable, by handle, for the service thread to find. */
  Map<Long, SignalPoll> polls() {
    return polls;
  }

  /** The exports that live, to be made anew on the next device. */
  Set<ExportSegment> exports() {
    return exports;
  }

  /** Gives the calling thread a waiter that {@link #wakeWaiters} reaches. */
  InterruptibleWait beginWait() {
    InterruptibleWait pooled = idle.poll();
    InterruptibleWait waiter = pooled != null ? pooled : new InterruptibleWait(posix);
    waiting.add(waiter);
    return waiter;
  }

  void endWait(InterruptibleWait waiter) {
    waiting.remove(waiter);
    if (!idle.offer(waiter)) {
      waiter.close();
    }
  }

  /** Makes every waiter look again, after something other than a signal has changed. */
  void wakeWaiters() {
    waiting.forEach(InterruptibleWait::wake);
  }
}
