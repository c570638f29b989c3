/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetTransfer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** PUT with ACK and GET between two processes over TCP, beside bare sockets and peers. */
final class LnetGroup implements Group {
  static final String RAW = "bare TCP";
  private static final String UCX = "UCX tcp";
  private static final int[] SIZES = {8, 4096, 64 << 10, 1 << 20};
  private static final int MANY = 16;
  private static final long WARM_NANOS = 3_000_000_000L;
  private static final int WARM_BLOCK = 100;

  @Override
  public String name() {
    return "lnet";
  }

  @Override
  public String part() {
    return "lnet";
  }

  @Override
  public Map<String, String> environment() {
    var changed = new HashMap<>(Peers.ENVIRONMENT);
    changed.put("UCX_TLS", "tcp");
    changed.put("UCX_NET_DEVICES", "lo");
    return changed;
  }

  @Override
  public String conditions() {
    return "two processes, nodes in plain mode on 127.0.0.2 and 127.0.0.3, embedded; on both sides one"
        + " thread that waits drives the node's loop and looks "
        + LnetPair.IDLE_LOOKS
        + " times before it sleeps; the floor is a bare socket on the same calls that both sides"
        + " look at without a pause: a put is its bytes there and 8 B back, a get 8 B there and its"
        + " bytes back; UCX puts, flushes and gets, UCX_TLS="
        + environment().get("UCX_TLS")
        + ", both sides spinning; fi_pingpong runs by itself after the others, its value is a"
        + " round trip of two messages of that size";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (LnetPair pair = LnetPair.open(1)) {
      String state = pair.awaitLine("ucx").split("\t", -1)[1];
      Ucx ucx = state.equals(PeerEchoes.GOOD) ? meet(pair.duet()) : null;
      warm(pair, bench.plan().isQuick());
      for (int size : SIZES) {
        for (int window : size == 8 ? new int[] {1, 4, MANY} : new int[] {1, 4}) {
          for (boolean isGet : new boolean[] {false, true}) {
            Trial trial = trial(pair, ucx, size, window, isGet);
            bench.measure(trial);
            if (ucx == null) {
              bench.skip(trial, UCX, state);
            }
          }
        }
      }
      new LnetTold(bench, pair).run();
    }
  }

  private static Ucx meet(Duet duet) {
    Ucx made = Ucx.start();
    made.connect(duet.note(1));
    made.reach(duet.note(2));
    return made;
  }

  private static Trial trial(
      LnetPair pair, @Nullable Ucx ucx, int size, int window, boolean isGet) {
    Duet duet = pair.duet();
    MemorySegment bytes = pair.memory(size);
    MemorySegment word = pair.memory(Long.BYTES);
    List<Candidate> candidates = new ArrayList<>();
    candidates.add(
        Candidate.of(
            RAW,
            LnetKernels.Raw.class,
            duet,
            pair.socket(),
            isGet ? word : bytes,
            isGet ? bytes : word,
            window));
    LnetTransfer[] transfers = pair.window(window, size, 1);
    candidates.add(Candidate.of("LNet", LnetKernels.Lnet.class, duet, transfers, isGet, size));
    if (ucx != null) {
      candidates.add(
          Candidate.of(UCX, LnetKernels.UcxAccess.class, duet, ucx, bytes, window, isGet));
    }
    boolean isRate = size >= 64 << 10 && window > 1;
    return new Trial(
        isGet ? "get" : "put with ack",
        size,
        window + " in flight",
        isRate ? Trial.Unit.GIGABYTES_PER_SECOND : Trial.Unit.MICROS,
        candidates,
        true);
  }

  /** Both sides compile what they do; samples of a millisecond would take long for that. */
  private static void warm(LnetPair pair, boolean isQuick) throws InterruptedException {
    for (boolean isGet : new boolean[] {false, true}) {
      for (int size : SIZES) {
        Kernel kernel = new LnetKernels.Lnet(pair.duet(), pair.window(4, size, 1), isGet, size);
        long nanos = isQuick ? WARM_NANOS / 2 : WARM_NANOS;
        long share = nanos / SIZES.length / (size == 8 ? 1 : 2);
        long start = System.nanoTime();
        kernel.prepare();
        while (System.nanoTime() - start < share) {
          kernel.run(size > 64 << 10 ? 4 : WARM_BLOCK);
        }
      }
    }
    TimeUnit.MILLISECONDS.sleep(100);
  }
}
