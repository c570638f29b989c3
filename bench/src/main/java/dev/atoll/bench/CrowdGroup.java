/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;

/** What a connection costs while many others are held. */
final class CrowdGroup implements Group {
  private static final int[] COUNTS = {1, 10, 100, 1000};
  private static final long BYTES = 4096;

  private final Carrier carrier;

  CrowdGroup(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public String name() {
    return "crowd-" + carrier.label();
  }

  @Override
  public String part() {
    return "segment";
  }

  @Override
  public String conditions() {
    return carrier.conditions()
        + "; so many segments of 4 KiB are exported, and all connected and mapped; each operation"
        + " unmaps and disconnects the one that was held longest, and connects, maps and touches it"
        + " anew; the floor maps, touches and unmaps one by bare system calls";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    List<Exported> exports = new ArrayList<>();
    try (Place place = Place.open(carrier, bench.directory())) {
      try {
        for (int count : COUNTS) {
          while (exports.size() < count) {
            exports.add(Exported.of(place.node(), BYTES));
          }
          measure(bench, place, exports);
        }
      } finally {
        exports.forEach(Exported::close);
      }
    }
  }

  private void measure(Bench bench, Place place, List<Exported> exports)
      throws InterruptedException {
    try (Crowd crowd = new Crowd(place.node(), exports)) {
      Exported first = exports.getFirst();
      var candidates =
          List.of(
              Candidate.of("mmap, munmap", ConnectKernels.Map.class, Posix.system(), first),
              Candidate.of("disconnect, connect", ConnectKernels.Cycle.class, crowd));
      candidates.getLast().kernels().getFirst().run(exports.size());
      String mode = exports.size() + ", " + carrier.label();
      bench.measure(new Trial("held", BYTES, mode, Trial.Unit.MICROS, candidates, true));
    }
  }
}
