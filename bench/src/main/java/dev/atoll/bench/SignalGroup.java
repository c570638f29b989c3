/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A signal to another process and back through the device, beside a bare futex. */
final class SignalGroup implements Group {
  private static final long BYTES = 4096;
  private static final int WARM = 40_000;
  private static final int WARM_BLOCK = 50;
  private static final int WARM_SECONDS = 20;

  @Override
  public String name() {
    return "signal";
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return "three processes: this one, one that answers, and the device; post, wait for the answer;"
        + " the floors are futex wake and wait on a shared page, and two eventfds (write, poll,"
        + " read), between the same two processes; each was run "
        + WARM
        + " times by turns before, or for "
        + WARM_SECONDS
        + " s";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    Posix posix = Posix.system();
    try (Place place = Place.open(Carrier.ATTACHED, bench.directory());
        Exported exported = Exported.of(place.node(), BYTES);
        Descriptor listener = EventCouple.listen(posix, place.directory())) {
      exported.memory().fill((byte) 0);
      try (Forked echo = Forked.start("echo", place.directory().toString(), "" + exported.id())) {
        echo.awaitLine("ready");
        EventCouple events = EventCouple.give(posix, place.directory(), listener);
        var candidates =
            List.of(
                Candidate.of("futex", SignalKernels.Futex.class, posix, exported.memory()),
                Candidate.of("eventfd", PeerKernels.BareEvents.class, events),
                Candidate.of(
                    "Signals.post, await",
                    SignalKernels.RoundTrip.class,
                    exported.segment().signals()));
        warm(candidates, bench.plan().isQuick());
        bench.measure(new Trial("round trip", 0, "attached", Trial.Unit.MICROS, candidates, true));
      }
    }
  }

  /**
   * By count, not by time alone: a sample of a millisecond holds a few round trips, so that samples
   * alone would measure code of both sides that is not compiled yet.
   */
  private static void warm(List<Candidate> candidates, boolean isQuick)
      throws InterruptedException {
    long seconds = isQuick ? WARM_SECONDS / 2 : WARM_SECONDS;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int done = 0; done < WARM && System.nanoTime() - end < 0; done += WARM_BLOCK) {
      for (Candidate candidate : candidates) {
        candidate.kernels().getFirst().run(WARM_BLOCK);
      }
    }
  }
}
