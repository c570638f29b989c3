/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.ArrayList;
import java.util.List;

/** Messages to one peer and to many, by turns. */
final class LnetPeersGroup implements Group {
  private static final int PEERS = 64;
  private static final int WINDOW = 64;
  private static final int WORD = Long.BYTES;

  @Override
  public String name() {
    return "lnet-peers";
  }

  @Override
  public String part() {
    return "lnet";
  }

  @Override
  public String conditions() {
    return "two processes; the other one's node has "
        + PEERS
        + " interfaces, 127.0.0.3 and up, each a peer with connections of its own; puts of 8 B with"
        + " ack, "
        + WINDOW
        + " in flight, to 1, 8 or "
        + PEERS
        + " of them by turns";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (LnetPair pair = LnetPair.open(PEERS)) {
      var _ = pair.awaitLine("ucx");
      List<Candidate> candidates = new ArrayList<>();
      for (int peers : new int[] {1, 8, PEERS}) {
        candidates.add(
            Candidate.of(
                peers == 1 ? "LNet, 1 peer" : "LNet, " + peers + " peers",
                LnetKernels.Lnet.class,
                pair.duet(),
                pair.window(WINDOW, WORD, peers),
                false,
                WORD));
      }
      bench.measure(
          new Trial(
              "put with ack", WORD, WINDOW + " in flight", Trial.Unit.MICROS, candidates, true));
    }
  }
}
