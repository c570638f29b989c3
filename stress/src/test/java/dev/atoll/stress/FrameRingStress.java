/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.atoll.memory.FrameConsumer;
import dev.atoll.memory.FrameProducer;
import dev.atoll.memory.FrameRing;
import dev.atoll.memory.HeapWords;
import dev.atoll.memory.ProducerLife;
import dev.atoll.memory.ProducerMark;
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

/**
 * Races of {@link FrameRing}: commit, abort, reuse and unblocking against poll, the word that says
 * that the consumer sleeps, and producers among themselves.
 */
public final class FrameRingStress {
  private static final long CAPACITY = 512;
  private static final int LINES = 8;
  private static final MemorySegment NO_VIEW = MemorySegment.ofArray(new byte[0]);

  private FrameRingStress() {}

  /** A ring of eight lines and its consumer. */
  public abstract static class Frames {
    final Words words;
    final FrameRing ring;
    final FrameConsumer consumer;

    Frames(int producers) {
      words = Mutations.of(new HeapWords(FrameRing.sizeBytesFor(CAPACITY, producers)));
      ring = FrameRing.create(words, NO_VIEW, CAPACITY, producers);
      consumer = FrameConsumer.open(ring);
    }

    final FrameProducer producer(int process) {
      return FrameProducer.connect(ring, new ProducerMark(process, process, 1)).orElseThrow();
    }

    final long offer(FrameProducer producer, long value) {
      long offset = producer.claim(56, 1);
      if (offset >= 0) {
        words.longPlain(offset, value);
        words.longPlain(offset + 48, -value);
        producer.commit();
      }
      return offset;
    }

    /** Gives the decimal digits of what was polled; a payload that is torn is a nine. */
    final long poll(int limit) {
      long[] digits = new long[1];
      long given =
          consumer.poll(
              (view, offset, length, type) -> {
                long value = words.longPlain(offset);
                boolean isWhole = value != 0 && words.longPlain(offset + 48) == -value;
                digits[0] = digits[0] * 10 + (isWhole ? value : 9);
              },
              limit);
      return given < 0 ? given : digits[0];
    }
  }

  /** What the producer wrote before the commit is seen by whoever sees the commit. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The whole message.")
  @Outcome(expect = FORBIDDEN, desc = "Torn, or corrupt.")
  @State
  public static class CommitAgainstPoll extends Frames {
    private final FrameProducer producer;

    /** Connects one producer. */
    public CommitAgainstPoll() {
      super(1);
      producer = producer(1);
    }

    @Actor
    public void producer() {
      long _ = offer(producer, 7);
    }

    @Actor
    public void consumer(J_Result r) {
      r.r1 = poll(LINES);
    }
  }

  /** The same of a message that is copied in. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The whole message.")
  @Outcome(expect = FORBIDDEN, desc = "Torn, or corrupt.")
  @State
  public static class OfferAgainstPoll extends Frames {
    private final MemorySegment source = MemorySegment.ofArray(new long[] {7, 0, 0, 0, 0, 0, -7});
    private final FrameProducer producer;

    /** Connects one producer. */
    public OfferAgainstPoll() {
      super(1);
      producer = producer(1);
    }

    @Actor
    public void producer() {
      long _ = producer.offer(source, 0, (int) source.byteSize(), 1);
    }

    @Actor
    public void consumer(J_Result r) {
      r.r1 = poll(LINES);
    }
  }

  /** Two producers never get the same lines. */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Both, in the order of their claims.")
  @Outcome(id = "21", expect = ACCEPTABLE, desc = "Both, in the order of their claims.")
  @Outcome(expect = FORBIDDEN, desc = "One was lost or torn.")
  @State
  public static class TwoProducers extends Frames {
    private final FrameProducer one;
    private final FrameProducer other;

    /** Connects two producers. */
    public TwoProducers() {
      super(2);
      one = producer(1);
      other = producer(2);
    }

    @Actor
    public void first() {
      long _ = offer(one, 1);
    }

    @Actor
    public void second() {
      long _ = offer(other, 2);
    }

    @Arbiter
    public void all(J_Result r) {
      r.r1 = poll(LINES);
    }
  }

  /** One producer's record is not another's. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first has the only record.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second has the only record.")
  @Outcome(expect = FORBIDDEN, desc = "Both have it, or nobody.")
  @State
  public static class TwoConnects extends Frames {
    /** Leaves one record. */
    public TwoConnects() {
      super(1);
    }

    private int connect(int process) {
      return FrameProducer.connect(ring, new ProducerMark(process, process, 1)).isPresent() ? 1 : 0;
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = connect(1);
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = connect(2);
    }
  }

  /** Lines are given to producers again only when the consumer has done with them. */
  @JCStressTest
  @Outcome(id = "12345678, 3", expect = ACCEPTABLE, desc = "One more came behind.")
  @Outcome(id = "123456783, 0", expect = ACCEPTABLE, desc = "One more came in time.")
  @Outcome(id = "12345678, 0", expect = ACCEPTABLE, desc = "The ring was full for one more.")
  @Outcome(expect = FORBIDDEN, desc = "One more overwrote what was not polled yet.")
  @State
  public static class ReuseAgainstPoll extends Frames {
    private final FrameProducer producer;

    /** Fills the ring. */
    public ReuseAgainstPoll() {
      super(2);
      producer = producer(1);
      for (int i = 1; i <= LINES; i++) {
        long _ = offer(producer, i);
      }
    }

    @Actor
    public void consumer(JJ_Result r) {
      r.r1 = poll(LINES + 1);
    }

    @Actor
    public void producer() {
      long _ = offer(producer, 3);
    }

    @Arbiter
    public void rest(JJ_Result r) {
      r.r2 = poll(LINES);
    }
  }

  /** What was aborted is passed over, and does not hold up what stands behind it. */
  @JCStressTest
  @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "The first passed over.")
  @Outcome(expect = FORBIDDEN, desc = "What was aborted was given, or the second lost.")
  @State
  public static class AbortAgainstPoll extends Frames {
    private final FrameProducer producer;

    /** Connects one producer. */
    public AbortAgainstPoll() {
      super(1);
      producer = producer(1);
    }

    @Actor
    public void producer() {
      long offset = producer.claim(8, 1);
      words.longPlain(offset, 5);
      producer.abort();
      long _ = offer(producer, 7);
    }

    @Actor
    public void consumer(JJ_Result r) {
      r.r1 = poll(LINES);
    }

    @Arbiter
    public void rest(JJ_Result r) {
      r.r2 = poll(LINES);
    }
  }

  /** A dead producer's claim is passed over; that of one who lives and claims meanwhile is not. */
  @JCStressTest
  @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "Polled before the commit.")
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "The dead one's claim passed over in time.")
  @Outcome(expect = FORBIDDEN, desc = "The living one's message lost, or the ring corrupt.")
  @State
  public static class UnblockAgainstClaim extends Frames {
    private static final int DEAD = 1;
    private static final ProducerLife LIFE = (generation, process, start, space) -> process == DEAD;

    private final FrameProducer living;

    /** One producer claims and dies. */
    public UnblockAgainstClaim() {
      super(2);
      long _ = producer(DEAD).claim(8, 1);
      living = producer(2);
    }

    private long unblockAndPoll() {
      long lines = consumer.unblock(LIFE);
      return lines < 0 ? lines : poll(LINES);
    }

    @Actor
    public void producer() {
      long _ = offer(living, 7);
    }

    @Actor
    public void consumer(JJ_Result r) {
      r.r1 = unblockAndPoll();
    }

    @Arbiter
    public void rest(JJ_Result r) {
      r.r2 = unblockAndPoll();
    }
  }

  /** A consumer that sleeps is woken: it sees the commit, or the producer sees that it sleeps. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "It sleeps, and nobody wakes it.")
  @Outcome(expect = ACCEPTABLE, desc = "Seen, or woken, or both.")
  @State
  public static class SleepAgainstCommit extends Frames {
    private final FrameProducer producer;

    /** Connects one producer. */
    public SleepAgainstCommit() {
      super(1);
      producer = producer(1);
    }

    @Actor
    public void producer(II_Result r) {
      long _ = offer(producer, 7);
      r.r2 = producer.isConsumerAsleep() ? 1 : 0;
    }

    @Actor
    public void consumer(II_Result r) {
      consumer.setAsleep(true);
      Barrier.ofAllProducers();
      r.r1 = consumer.isReady() ? 1 : 0;
    }
  }

  /** One producer takes it upon itself to wake a consumer, not two. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first wakes it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second wakes it.")
  @Outcome(expect = FORBIDDEN, desc = "Both do, or nobody.")
  @State
  public static class TwoWakes extends Frames {
    private final FrameProducer one;
    private final FrameProducer other;

    /** The consumer sleeps. */
    public TwoWakes() {
      super(2);
      one = producer(1);
      other = producer(2);
      consumer.setAsleep(true);
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = one.tryWake() ? 1 : 0;
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = other.tryWake() ? 1 : 0;
    }
  }
}
