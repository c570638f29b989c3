/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

/** Bounds the turns of a loop that waits for a peer, at the cost of a counter. */
final class Patience {
  private static final long NANOS = 10_000_000_000L;
  private static final int LOOK_EVERY = 1 << 14;

  private final String candidate;
  private long turns;
  private long end;

  Patience(String candidate) {
    this.candidate = candidate;
  }

  /** The peer has answered: begins anew. */
  void recover() {
    turns = 0;
  }

  /** Counts a turn in vain. */
  void tire() {
    if (++turns % LOOK_EVERY == 0) {
      long now = System.nanoTime();
      if (turns == LOOK_EVERY) {
        end = now + NANOS;
      } else if (now - end > 0) {
        throw new StalledPeerException(candidate, "no answer within 10 s");
      }
    }
  }
}
