/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.atoll.stress.Mutations;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Races of {@link LoopHold}: one driver at a time, none lost, no wake-up lost. Nobody really parks:
 * who would is noted, and so is who would have been woken.
 */
public final class HoldStress {
  private HoldStress() {}

  /** Words that note what happens instead of parking. */
  static final class NotingWords extends HoldWords {
    volatile boolean hasParked;
    volatile boolean hasUnparked;
    volatile boolean hasSummoned;

    private @Nullable Thread hasty;
    private LoopWaiter[] seenEarly = LoopWaiter.NONE;

    @Override
    void clearHolder() {
      if (Mutations.is(Mutations.EARLY_LOOK)) {
        seenEarly = super.waiters();
        hasty = Thread.currentThread();
        Mutations.dawdle();
      }
      super.clearHolder();
    }

    @Override
    LoopWaiter[] waiters() {
      return Thread.currentThread().equals(hasty) ? seenEarly : super.waiters();
    }

    /** Who has parked stays in the list, though the test goes on. */
    @Override
    boolean waitersCas(LoopWaiter[] expected, LoopWaiter[] next) {
      return hasParked || super.waitersCas(expected, next);
    }

    @Override
    void setSummoned() {
      hasSummoned = true;
    }

    @Override
    void park(Object blocker, long nanos) {
      hasParked = true;
    }

    @Override
    void unpark(@Nullable Thread thread) {
      if (thread != null) {
        hasUnparked = true;
      }
    }
  }

  /** A loop that somebody holds who is none of the actors. */
  public abstract static class Held implements LoopHold.Driven {
    final NotingWords words = new NotingWords();
    final LoopHold hold = new LoopHold(words, this);
    volatile boolean hasDriven;
    volatile boolean hasCommand;

    /** Gives it to a thread that never runs. */
    Held() {
      boolean _ = words.holderCas(new Thread());
    }

    @Override
    public boolean isOver() {
      return false;
    }

    @Override
    public boolean hasWork() {
      return hasCommand;
    }

    @Override
    public void evict() {}

    @Override
    public WaitOutcome drive(BooleanSupplier isDone, long deadlineNanos) {
      hasDriven = true;
      return WaitOutcome.DONE;
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public void runCallbacks() {}
  }

  /** Of two that try, one drives. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first drives.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second drives.")
  @Outcome(expect = FORBIDDEN, desc = "Both drive, or nobody.")
  @State
  public static class TwoWhoTry extends Held {
    /** Nobody holds it. */
    public TwoWhoTry() {
      words.clearHolder();
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = hold.tryHold() ? 1 : 0;
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = hold.tryHold() ? 1 : 0;
    }
  }

  /** A loop is released while another begins to wait: the other drives, or is woken. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Parked for ever, and nobody drives.")
  @Outcome(expect = ACCEPTABLE, desc = "Drives, or is woken.")
  @State
  public static class ReleaseAgainstWait extends Held {
    @Actor
    public void holder() {
      hold.release();
    }

    @Actor
    public void waiter() {
      var _ = hold.await(() -> words.hasParked, LoopHold.FOREVER);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = words.hasParked && !hasDriven ? 1 : 0;
      r.r2 = words.hasUnparked ? 1 : 0;
    }
  }

  /** The condition of a wait comes to hold while the wait begins: it is seen, or wakes. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Parked for ever, though it is done.")
  @Outcome(expect = ACCEPTABLE, desc = "Seen, or woken.")
  @State
  public static class EndAgainstWait extends Held {
    private volatile boolean isDone;

    @Actor
    public void driver() {
      if (Mutations.is(Mutations.EARLY_LOOK)) {
        hold.wakeDone();
        Mutations.dawdle();
        isDone = true;
      } else {
        isDone = true;
        hold.wakeDone();
      }
    }

    @Actor
    public void waiter() {
      var _ = hold.await(() -> isDone || words.hasParked, LoopHold.FOREVER);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = words.hasParked ? 1 : 0;
      r.r2 = words.hasUnparked ? 1 : 0;
    }
  }

  /** A command comes while the loop is released: somebody is called for it. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The background thread is summoned.")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "The command lies there.")
  @State
  public static class ReleaseAgainstCommand extends Held {
    @Actor
    public void holder() {
      hold.release();
    }

    @Actor
    public void sender() {
      if (Mutations.is(Mutations.EARLY_LOOK)) {
        hold.announce();
        Mutations.dawdle();
        hasCommand = true;
      } else {
        hasCommand = true;
        hold.announce();
      }
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = words.hasSummoned ? 1 : 0;
    }
  }
}
