/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetTransfer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the system calls of a put and a get: strace(1) of a process whose one thread waits and so
 * makes all of them. Looks in vain are told apart: a traced call takes so long that there are many.
 */
final class LnetCalls {
  private static final int OPERATIONS = 1_000;
  private static final int WORD = Long.BYTES;

  private final PrintStream out;

  LnetCalls(PrintStream out) {
    this.out = out;
  }

  /** The traced process. */
  static void runTraced() throws InterruptedException {
    try (LnetPair pair = LnetPair.open(1)) {
      String _ = pair.awaitLine("ucx");
      for (boolean isGet : new boolean[] {false, true}) {
        for (int size : new int[] {1, 16}) {
          LnetTransfer[] window = pair.window(size, WORD, 1);
          Kernel kernel = new LnetKernels.Lnet(pair.duet(), window, isGet, WORD);
          kernel.prepare();
          String name = (isGet ? "get 8 B, " : "put with ack 8 B, ") + size + " in flight";
          SystemCalls.trace(name, kernel, OPERATIONS);
        }
      }
    }
  }

  /** Gives the exit code: 0 if it could be traced. */
  int run() throws InterruptedException {
    Optional<String> reason = SystemCalls.whyNot();
    if (reason.isPresent()) {
      out.println("NOT RUN: " + reason.get());
      return 1;
    }
    try {
      Path trace = Files.createTempFile("atoll-bench", ".strace");
      try {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", trace.toString()));
        command.addAll(Forked.command("traced-lnet"));
        try (Forked traced = Forked.start(command, "strace")) {
          if (traced.awaitExit() != 0) {
            throw new IllegalStateException("the traced process has failed");
          }
        }
        show(SystemCalls.leastCalls(told(trace)));
        return 0;
      } finally {
        Files.delete(trace);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("tracing", e);
    }
  }

  /** The lines, with looks in vain under a name of their own. */
  private static List<String> told(Path trace) throws IOException {
    return Files.readAllLines(trace, StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.contains("EAGAIN") ? line.replaceFirst("\\(", "_in_vain(") : line)
        .toList();
  }

  private void show(Map<String, List<String>> least) {
    least.forEach((name, calls) -> {
      Map<String, Integer> counts = new TreeMap<>();
      calls.forEach(call -> counts.merge(call, 1, Integer::sum));
      out.println(name + ", calls by operation:");
      counts.forEach((call, count) ->
          out.println(
              String.format(Locale.ROOT, "  %-24s %8.3f", call, (double) count / OPERATIONS)));
    });
  }
}
