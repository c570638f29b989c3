/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.link.TakenWord;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Races of {@link SignalSlot} and {@link TakenWord}: the device posts and gives slots to new
 * handles, threads of a program look, take and go to sleep.
 */
public final class SignalStress {
  private static final int GENERATION = 1;

  private SignalStress() {}

  /** A slot and a taken word, both of the first handle. */
  public abstract static class Slot {
    final MemorySegment signals =
        MemorySegment.ofArray(new long[(int) SignalSlotLayout.SLOT_BYTES / Long.BYTES]);
    final MemorySegment takens = MemorySegment.ofArray(new long[1]);
    final SignalSlot slot = SignalSlot.of(signals, handle(GENERATION));
    final TakenWord taken = TakenWord.of(takens, handle(GENERATION));

    /** Gives both to the handle. */
    Slot() {
      slot.begin(GENERATION);
      taken.begin();
    }

    static long handle(int generation) {
      return (long) generation << Integer.SIZE;
    }

    /** The loop of a program's taker, without its session. */
    final int take(TakenWord word, int generation) {
      int seen = word.takenAcquire();
      while (slot.generationOpaque() == generation && slot.postedAcquire() - seen > 0) {
        if (word.takeCas(seen)) {
          return 1;
        }
        int now = word.takenAcquire();
        if (now == seen) {
          return 0;
        }
        seen = now;
      }
      return 0;
    }
  }

  /** What the poster stored before is seen by whoever sees the signal. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The signal without what came before it.")
  @Outcome(expect = ACCEPTABLE, desc = "Both, or not yet.")
  @State
  public static class PostAgainstLook extends Slot {
    private int data;

    @Actor
    public void device() {
      data = 1;
      slot.post(1);
    }

    @Actor
    public void program(II_Result r) {
      r.r1 = slot.postedAcquire();
      r.r2 = data;
    }
  }

  /**
   * Whoever reads the sequence, sees nothing and sleeps while the word stays so, misses no signal.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Sleeps, and the word changes no more.")
  @Outcome(expect = ACCEPTABLE, desc = "Taken, or the word has changed.")
  @State
  public static class PostAgainstSleep extends Slot {
    private int sequence;

    @Actor
    public void device() {
      slot.post(1);
    }

    @Actor
    public void program(II_Result r) {
      sequence = slot.sequenceAcquire();
      r.r1 = take(taken, GENERATION);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = slot.sequenceAcquire() != sequence ? 1 : 0;
    }
  }

  /** One signal is taken by one thread. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first has it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second has it.")
  @Outcome(expect = FORBIDDEN, desc = "Taken twice, or by nobody.")
  @State
  public static class TwoTakersOfOne extends Slot {
    /** One is pending. */
    public TwoTakersOfOne() {
      slot.post(1);
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = take(taken, GENERATION);
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = take(taken, GENERATION);
    }
  }

  /** Two signals are taken by two threads, and none is left. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Each has one.")
  @Outcome(expect = FORBIDDEN, desc = "One was lost, or taken twice.")
  @State
  public static class TwoTakersOfTwo extends Slot {
    /** Two are pending. */
    public TwoTakersOfTwo() {
      slot.post(2);
    }

    @Actor
    public void first(III_Result r) {
      r.r1 = take(taken, GENERATION);
    }

    @Actor
    public void second(III_Result r) {
      r.r2 = take(taken, GENERATION);
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r3 = take(taken, GENERATION);
    }
  }

  /** A thread that still takes for a handle that is gone takes nothing from the next one. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The old one came too late.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each took its own.")
  @Outcome(expect = FORBIDDEN, desc = "The new handle's signal is lost.")
  @State
  public static class TakeAgainstNewHandle extends Slot {
    private static final int NEXT = 2;

    private final TakenWord next = TakenWord.of(takens, handle(NEXT));

    /** One is pending for the old handle. */
    public TakeAgainstNewHandle() {
      slot.post(1);
    }

    @Actor
    public void old(II_Result r) {
      r.r1 = take(taken, GENERATION);
    }

    @Actor
    public void renewed() {
      slot.begin(NEXT);
      next.begin();
      slot.post(1);
    }

    @Arbiter
    public void taker(II_Result r) {
      r.r2 = take(next, NEXT);
    }
  }
}
