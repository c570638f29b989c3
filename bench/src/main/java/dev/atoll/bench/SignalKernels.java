/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Posix;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.rsm.Signals;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/** A word there and back again, to {@link Echo} in another process. */
final class SignalKernels {
  /** Where in the shared page the futex words lie, each on a line of its own. */
  static final long ASKED = 0;

  static final long ANSWERED = 64;

  private static final VarHandle INTS = ValueLayout.JAVA_INT.varHandle();
  private static final long WORD_BYTES = 4;
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private SignalKernels() {}

  static int read(MemorySegment page, long offset) {
    return (int) INTS.getVolatile(page, offset);
  }

  static void publish(Posix posix, MemorySegment page, long offset, int value) {
    INTS.setVolatile(page, offset, value);
    posix.futexWake(page.asSlice(offset, WORD_BYTES), 1);
  }

  /** Waits until a word is no longer what it was, and gives it. */
  static int awaitOther(Posix posix, MemorySegment page, long offset, int old) {
    MemorySegment word = page.asSlice(offset, WORD_BYTES);
    int now = read(page, offset);
    while (now == old) {
      int result = posix.futexWait(word, old, PATIENCE.toNanos());
      now = read(page, offset);
      if (now == old && result == -dev.atoll.posix.Errno.ETIMEDOUT.number()) {
        throw new IllegalStateException("the other process does not answer");
      }
    }
    return now;
  }

  /** {@link Signals#post} and {@link Signals#await}. */
  static final class RoundTrip implements Kernel {
    private final Signals signals;

    RoundTrip(Signals signals) {
      this.signals = signals;
    }

    @Override
    public void run(long operations) throws InterruptedException {
      for (long i = 0; i < operations; i++) {
        signals.post();
        SignalOutcome outcome = signals.await(PATIENCE);
        if (outcome != SignalOutcome.RECEIVED) {
          throw new IllegalStateException("instead of a signal: " + outcome);
        }
      }
    }
  }

  /** futex(2) on a shared page, without a spin. */
  static final class Futex implements Kernel {
    private final Posix posix;
    private final MemorySegment page;

    Futex(Posix posix, MemorySegment page) {
      this.posix = posix;
      this.page = page;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        int asked = read(page, ASKED);
        publish(posix, page, ASKED, asked + 1);
        awaitOther(posix, page, ANSWERED, asked);
      }
    }
  }
}
