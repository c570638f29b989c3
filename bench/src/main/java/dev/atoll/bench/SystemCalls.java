/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Shows that hot paths make no system call: strace(1) of a process that runs them between markers.
 *
 * <p>A marker is a look for a file that does not exist, whose name shows in the trace. Only calls
 * of the thread that made the markers count. Of several windows the least counts: what an operation
 * calls shows in every window, a safepoint of the JVM does not.
 */
final class SystemCalls {
  static final long OPERATIONS = 100_000;
  static final long FEW_OPERATIONS = OPERATIONS / 100;
  static final String CONTROL = "control: geteuid";

  private static final String MARKER = "/atoll-bench-marker/";
  private static final int WINDOWS = 12;
  private static final int WARM_WINDOWS = 12;
  private static final Pattern CALL = Pattern.compile("^(\\d+) +([a-z0-9_]+)\\(.*");

  private final PrintStream out;

  SystemCalls(PrintStream out) {
    this.out = out;
  }

  /** The traced process: every hot path, those that are told, and the control, between markers. */
  static void runTraced(Path directory) throws InterruptedException {
    try (HotPaths paths = new HotPaths()) {
      for (var path : paths.kernels().entrySet()) {
        trace(path.getKey(), path.getValue(), OPERATIONS);
      }
    }
    try (Node node = Node.attach(directory);
        ToldPaths paths = new ToldPaths(node)) {
      for (var path : paths.kernels().entrySet()) {
        trace(path.getKey(), path.getValue(), FEW_OPERATIONS);
      }
      // A traced call takes longer than the device looks at a ring in vain, so that a program of
      // one
      // thread finds it asleep each time. Beside another thread it stays awake.
      try (var _ = paths.beBusy()) {
        for (var path : paths.kernels().entrySet()) {
          trace(path.getKey() + ", busy", path.getValue(), FEW_OPERATIONS);
        }
      }
    }
    // Under strace a call takes some ten microseconds, so there are fewer of them.
    trace(CONTROL, new HotKernels.Calling(Posix.system()), FEW_OPERATIONS);
  }

  static void trace(String name, Kernel kernel, long operations) throws InterruptedException {
    for (int i = 0; i < WARM_WINDOWS; i++) {
      kernel.run(operations);
    }
    for (int i = 0; i < WINDOWS; i++) {
      mark("begin/" + name);
      kernel.run(operations);
      mark("end/" + name);
    }
  }

  private static void mark(String what) {
    if (Files.exists(Path.of(MARKER + what))) {
      throw new IllegalStateException("a marker exists: " + MARKER + what);
    }
  }

  /** Says why there can be no trace here, empty if there can. */
  static Optional<String> whyNot() {
    try {
      Process probe =
          new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .start();
      String said = probe.inputReader().readAllAsString();
      int code = probe.waitFor();
      return code == 0 ? Optional.empty() : Optional.of("strace does not work here: " + said);
    } catch (IOException e) {
      return Optional.of("strace is missing (Debian: apt-get install strace): " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** Runs the traced process; gives the calls of the best window by hot path. */
  static Map<String, List<String>> leastCalls() throws InterruptedException {
    try {
      Path trace = Files.createTempFile("atoll-bench", ".strace");
      // The device is not traced: it is to be as fast as it is.
      try (Place place =
          Place.open(Carrier.ATTACHED, Path.of(System.getProperty("java.io.tmpdir")))) {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", trace.toString()));
        command.addAll(Forked.command("traced", place.directory().toString()));
        try (Forked traced = Forked.start(command, "strace")) {
          int code = traced.awaitExit();
          if (code != 0) {
            throw new IllegalStateException("the traced process ends with " + code);
          }
        }
        return leastCalls(Files.readAllLines(trace, java.nio.charset.StandardCharsets.ISO_8859_1));
      } finally {
        Files.delete(trace);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("tracing", e);
    }
  }

  static Map<String, List<String>> leastCalls(List<String> trace) {
    Map<String, List<String>> least = new LinkedHashMap<>();
    String thread = "";
    String name = "";
    List<String> calls = new ArrayList<>();
    for (String line : trace) {
      var match = CALL.matcher(line);
      if (!match.matches()) {
        continue;
      }
      int begin = line.indexOf(MARKER + "begin/");
      if (begin >= 0) {
        thread = match.group(1);
        int from = begin + MARKER.length() + "begin/".length();
        name = line.substring(from, line.indexOf('"', from));
        calls = new ArrayList<>();
      } else if (match.group(1).equals(thread) && line.contains(MARKER + "end/")) {
        List<String> window = calls;
        least.merge(name, window, (a, b) -> a.size() <= b.size() ? a : b);
        thread = "";
      } else if (match.group(1).equals(thread)) {
        calls.add(match.group(2));
      }
    }
    return least;
  }

  /** Gives the exit code: 0 if none makes a call. */
  int run() throws InterruptedException {
    Optional<String> reason = whyNot();
    if (reason.isPresent()) {
      out.println("NOT RUN: " + reason.get());
      return 1;
    }
    boolean isPassed = true;
    for (var path : leastCalls().entrySet()) {
      int calls = path.getValue().size();
      boolean isControl = path.getKey().equals(CONTROL);
      boolean isTold = path.getKey().startsWith(ToldPaths.PREFIX);
      long operations = isControl || isTold ? FEW_OPERATIONS : OPERATIONS;
      isPassed &= isTold || (isControl ? calls >= operations : calls == 0);
      out.println(
          String.format(
              Locale.ROOT,
              "%-32s %8d calls in %d operations %s",
              path.getKey(),
              calls,
              operations,
              path.getValue().stream().distinct().toList()));
    }
    out.println(isPassed ? "PASSED" : "FAILED");
    return isPassed ? 0 : 1;
  }
}
