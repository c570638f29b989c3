/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetTransfer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is told of LNet beside times: bytes allocated, processor time without work, libfabric. */
final class LnetTold {
  private static final int WORD = Long.BYTES;
  private static final long OPERATIONS = 5_000;
  private static final long IDLE_SECONDS = 3;
  private static final long TICKS_PER_SECOND = 100;
  private static final String PINGPONG = "fi_pingpong";
  private static final long PINGPONG_SECONDS = 15;

  private final Bench bench;
  private final LnetPair pair;

  LnetTold(Bench bench, LnetPair pair) {
    this.bench = bench;
    this.pair = pair;
  }

  void run() throws InterruptedException {
    for (boolean isGet : new boolean[] {false, true}) {
      LnetTransfer[] window = pair.window(1, WORD, 1);
      Kernel kernel = new LnetKernels.Lnet(pair.duet(), window, isGet, WORD);
      kernel.prepare();
      long bytes = Allocation.leastBytes(kernel, OPERATIONS);
      bench.tell(
          trial(isGet ? "get" : "put with ack", WORD, "1 in flight"),
          "LNet, allocated by the thread",
          (double) bytes / OPERATIONS,
          "B");
    }
    tellIdle();
    tellPingPong(WORD);
    tellPingPong(1 << 20);
  }

  private static Trial trial(String name, long size, String mode) {
    return new Trial(name, size, mode, Trial.Unit.MICROS, List.of(), false);
  }

  /** The whole process does nothing but have a connected node. */
  private void tellIdle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(200);
    long before = ticks();
    TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    double share = (double) (ticks() - before) / (TICKS_PER_SECOND * IDLE_SECONDS);
    bench.tell(trial("idle", 0, "connected"), "processor time of the process", share * 100, "%");
  }

  /** User and system time in ticks of the kernel: fields 14 and 15 of proc_pid_stat(5). */
  private static long ticks() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException e) {
      throw new UncheckedIOException("reading /proc/self/stat", e);
    }
  }

  private void tellPingPong(int size) throws InterruptedException {
    Trial trial = trial("round trip", size, "by itself");
    String name = "libfabric " + PINGPONG + " -p tcp -e msg";
    try {
      String line = pingPong(size);
      String[] words = line.trim().split("\\s+", -1);
      // bytes #sent #ack total time MB/sec usec/xfer Mxfers/sec
      bench.tell(trial, name, 2 * Double.parseDouble(words[6]), "us");
    } catch (IOException e) {
      bench.skip(trial, name, "not installed (Debian: apt-get install libfabric-bin)");
    } catch (RuntimeException e) {
      bench.skip(trial, name, PeerEchoes.reason(e));
    }
  }

  private static String pingPong(int size) throws IOException, InterruptedException {
    List<String> options =
        List.of("-p", "tcp", "-e", "msg", "-S", "" + size, "-I", size > 8 ? "200" : "2000");
    Process server = start(options, "-B", "47592");
    try {
      TimeUnit.MILLISECONDS.sleep(300);
      Process client = start(options, "-P", "47592", "127.0.0.1");
      try {
        if (!client.waitFor(PINGPONG_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("no end after seconds=" + PINGPONG_SECONDS);
        }
        String said = client.inputReader().readAllAsString();
        return said.lines()
            .filter(line -> line.strip().matches("[0-9].*us.*|[0-9]+[km]?\\s.*"))
            .reduce((first, last) -> last)
            .orElseThrow(() -> new IllegalStateException("said " + said));
      } finally {
        client.destroyForcibly();
      }
    } finally {
      server.destroyForcibly();
    }
  }

  private static Process start(List<String> options, String... more) throws IOException {
    var command = new java.util.ArrayList<String>();
    command.add(PINGPONG);
    command.addAll(options);
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
