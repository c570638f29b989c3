/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Clock;
import java.util.concurrent.TimeUnit;

/** Finds out, by looking now and then, that nobody has had a session for a time. On the loop. */
final class IdleWatch {
  private static final int LOOKS = 8;
  private static final long LEAST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Whoever started the device must get the time to come. */
  private static final long FIRST_SESSION_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Clock clock;
  private final SegmentAgent agent;
  private final long idleNanos;
  private long sinceNanos;
  private long opened;

  IdleWatch(Clock clock, SegmentAgent agent, long idleNanos) {
    if (idleNanos <= 0) {
      throw new IllegalArgumentException("idleNanos=" + idleNanos + " is not positive");
    }
    this.clock = clock;
    this.agent = agent;
    this.idleNanos = idleNanos;
    this.sinceNanos = clock.nanos();
  }

  /** How long to wait before the next look. */
  long periodNanos() {
    return Math.max(LEAST_PERIOD_NANOS, idleNanos / LOOKS);
  }

  boolean isIdle() {
    if (agent.sessionCount() > 0 || agent.sessionsOpened() != opened) {
      opened = agent.sessionsOpened();
      sinceNanos = clock.nanos();
      return false;
    }
    long dueNanos = opened == 0 ? Math.max(idleNanos, FIRST_SESSION_NANOS) : idleNanos;
    return clock.nanos() - sinceNanos >= dueNanos;
  }
}
