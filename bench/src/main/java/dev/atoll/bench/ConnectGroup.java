/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Posix;
import java.util.List;

/** What it costs to connect, map, unmap and disconnect. */
final class ConnectGroup implements Group {
  private static final long BYTES = 1 << 20;

  private final Carrier carrier;

  ConnectGroup(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public String name() {
    return "connect-" + carrier.label();
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return carrier.conditions()
        + "; a segment of 1 MiB, one word of it touched; the floor maps, touches and unmaps the same"
        + " memory by bare system calls";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(carrier, bench.directory());
        Exported exported = Exported.of(place.node(), BYTES)) {
      var candidates =
          List.of(
              Candidate.of("mmap, munmap", ConnectKernels.Map.class, Posix.system(), exported),
              Candidate.of(
                  "connect, disconnect", ConnectKernels.Connect.class, place.node(), exported),
              Candidate.of(
                  "connect, map, unmap, disconnect",
                  ConnectKernels.ConnectAndMap.class,
                  place.node(),
                  exported));
      bench.measure(
          new Trial("connection", BYTES, carrier.label(), Trial.Unit.MICROS, candidates, true));
    }
  }
}
