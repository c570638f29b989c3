/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.atoll.memory.HeapWords;
import dev.atoll.memory.Words;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The order of a revocation, as a model: the flag is set, then the pages are swapped; a transfer
 * moves its bytes, then looks at the flag. The page table is a reference here.
 *
 * <p>What the real swap does to real pages is the business of the contract suites.
 */
public final class RevocationStress {
  private RevocationStress() {}

  /** The exporter's page, the one that is put in its place, and which of them is mapped. */
  public abstract static class Pages {
    private static final VarHandle MAPPED;

    static {
      try {
        MAPPED = MethodHandles.lookup().findVarHandle(Pages.class, "mapped", Words.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    final Words exported = new HeapWords(Long.BYTES);
    private final Words empty = new HeapWords(Long.BYTES);

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // used through MAPPED
    private Words mapped = exported;

    private volatile boolean isAborted;

    /** What a processor does for each access. */
    final Words translate() {
      return (Words) MAPPED.getAcquire(this);
    }

    final void revoke() {
      if (Mutations.is(Mutations.SWAP_BEFORE_FLAG)) {
        MAPPED.setVolatile(this, empty);
        Mutations.dawdle();
      }
      isAborted = true;
      MAPPED.setVolatile(this, empty);
    }

    /** 1 for a transfer that says it has happened. */
    final int settlePut() {
      VarHandle.releaseFence();
      return isAborted ? 0 : 1;
    }

    final int settleGet() {
      VarHandle.loadLoadFence();
      return isAborted ? 0 : 1;
    }
  }

  /** A put that says it has happened has: what it stored is in the exporter's page. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Success for what went nowhere.")
  @Outcome(expect = ACCEPTABLE, desc = "Happened, or refused.")
  @State
  public static class PutAgainstRevocation extends Pages {
    @Actor
    public void device() {
      revoke();
    }

    @Actor
    public void program(II_Result r) {
      translate().longPlain(0, 7);
      r.r1 = settlePut();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = (int) exported.longPlain(0);
    }
  }

  /** A get that says it has happened gives the exporter's bytes. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Success for bytes of nowhere.")
  @Outcome(expect = ACCEPTABLE, desc = "The exporter's, or refused.")
  @State
  public static class GetAgainstRevocation extends Pages {
    /** Puts something there. */
    public GetAgainstRevocation() {
      exported.longPlain(0, 7);
    }

    @Actor
    public void device() {
      revoke();
    }

    @Actor
    public void program(II_Result r) {
      r.r2 = (int) translate().longPlain(0);
      r.r1 = settleGet();
    }
  }
}
