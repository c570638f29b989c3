/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Posix;
import java.util.List;

/** A signal to another process and back through the device, beside a bare futex. */
final class SignalGroup implements Group {
  private static final long BYTES = 4096;

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
        + " the floor is futex wake and wait on a shared page between the same two processes";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(Carrier.ATTACHED, bench.directory());
        Exported exported = Exported.of(place.node(), BYTES)) {
      exported.memory().fill((byte) 0);
      try (Forked echo = Forked.start("echo", place.directory().toString(), "" + exported.id())) {
        echo.awaitLine("ready");
        var candidates =
            List.of(
                Candidate.of("futex", SignalKernels.Futex.class, Posix.system(), exported.memory()),
                Candidate.of(
                    "Signals.post, await",
                    SignalKernels.RoundTrip.class,
                    exported.segment().signals()));
        bench.measure(new Trial("round trip", 0, "attached", Trial.Unit.MICROS, candidates, true));
      }
    }
  }
}
