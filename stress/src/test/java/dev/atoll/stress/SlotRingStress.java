/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.atoll.memory.HeapWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.memory.Words;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Races of {@link SlotRing}: commit, abort and reuse against poll, producers among themselves. */
public final class SlotRingStress {
  private static final int CAPACITY = 2;

  private SlotRingStress() {}

  /** A ring of two slots. */
  public abstract static class Slots {
    final Words words = Mutations.of(new HeapWords(SlotRing.sizeBytesFor(CAPACITY)));
    final SlotRing ring = SlotRing.create(words, CAPACITY);

    final long offer(long value) {
      long position = ring.claim();
      if (position >= 0) {
        words.longPlain(ring.payloadOffset(position), value);
        words.longPlain(ring.payloadOffset(position) + 48, -value);
        ring.commit(position);
      }
      return position;
    }

    /** Gives the decimal digits of what was polled; a payload that is torn is a nine. */
    final long poll(int limit) {
      long[] digits = new long[1];
      long given =
          ring.poll(
              (memory, offset) -> {
                long value = memory.longPlain(offset);
                boolean isWhole = value != 0 && memory.longPlain(offset + 48) == -value;
                digits[0] = digits[0] * 10 + (isWhole ? value : 9);
              },
              limit);
      return given < 0 ? given : digits[0];
    }
  }

  /** What the producer wrote before the commit is seen by whoever sees the commit. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The whole payload.")
  @Outcome(expect = FORBIDDEN, desc = "Torn, or corrupt.")
  @State
  public static class CommitAgainstPoll extends Slots {
    @Actor
    public void producer() {
      long _ = offer(7);
    }

    @Actor
    public void consumer(J_Result r) {
      r.r1 = poll(CAPACITY);
    }
  }

  /** The same of a payload that is copied in. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The whole payload.")
  @Outcome(expect = FORBIDDEN, desc = "Torn, or corrupt.")
  @State
  public static class OfferAgainstPoll extends Slots {
    private final MemorySegment source = MemorySegment.ofArray(new long[] {7, 0, 0, 0, 0, 0, -7});

    @Actor
    public void producer() {
      long _ = ring.offer(source, 0, SlotRing.PAYLOAD_BYTES);
    }

    @Actor
    public void consumer(J_Result r) {
      r.r1 = poll(CAPACITY);
    }
  }

  /** Two producers never get the same slot. */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Both, in the order of their claims.")
  @Outcome(id = "21", expect = ACCEPTABLE, desc = "Both, in the order of their claims.")
  @Outcome(expect = FORBIDDEN, desc = "One was lost or torn.")
  @State
  public static class TwoProducers extends Slots {
    @Actor
    public void first() {
      long _ = offer(1);
    }

    @Actor
    public void second() {
      long _ = offer(2);
    }

    @Arbiter
    public void all(J_Result r) {
      r.r1 = poll(CAPACITY);
    }
  }

  /** A slot is given to producers again only when the consumer has done with it. */
  @JCStressTest
  @Outcome(id = "12, 3", expect = ACCEPTABLE, desc = "The third came behind.")
  @Outcome(id = "123, 0", expect = ACCEPTABLE, desc = "The third came in time.")
  @Outcome(id = "12, 0", expect = ACCEPTABLE, desc = "The ring was full for the third.")
  @Outcome(expect = FORBIDDEN, desc = "The third overwrote one that was not polled yet.")
  @State
  public static class ReuseAgainstPoll extends Slots {
    /** Fills the ring. */
    public ReuseAgainstPoll() {
      long _ = offer(1);
      long _ = offer(2);
    }

    @Actor
    public void consumer(JJ_Result r) {
      r.r1 = poll(3);
    }

    @Actor
    public void producer() {
      long _ = offer(3);
    }

    @Arbiter
    public void rest(JJ_Result r) {
      r.r2 = poll(CAPACITY);
    }
  }

  /** What was aborted is passed over, and does not hold up what stands behind it. */
  @JCStressTest
  @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "Polled before the second commit.")
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "The first passed over.")
  @Outcome(expect = FORBIDDEN, desc = "What was aborted was given, or the second lost.")
  @State
  public static class AbortAgainstPoll extends Slots {
    @Actor
    public void producer() {
      long position = ring.claim();
      words.longPlain(ring.payloadOffset(position), 5);
      ring.abort(position);
      long _ = offer(7);
    }

    @Actor
    public void consumer(JJ_Result r) {
      r.r1 = poll(CAPACITY);
    }

    @Arbiter
    public void rest(JJ_Result r) {
      r.r2 = poll(CAPACITY);
    }
  }

  /** A consumer that sleeps is woken: it sees the commit, or the producer sees that it sleeps. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "It sleeps, and nobody wakes it.")
  @Outcome(expect = ACCEPTABLE, desc = "Seen, or woken, or both.")
  @State
  public static class SleepAgainstCommit extends Slots {
    @Actor
    public void producer(II_Result r) {
      long _ = offer(7);
      r.r2 = ring.isConsumerSleeping() ? 1 : 0;
    }

    @Actor
    public void consumer(II_Result r) {
      ring.setConsumerSleeping(true);
      Barrier.ofAllProducers();
      r.r1 = (int) poll(1);
    }
  }
}
