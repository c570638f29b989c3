/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;

/**
 * What a run of jcstress found.
 *
 * @param races how many classes ran
 * @param samples how often their actors met, in all
 * @param breaches forbidden outcomes, and runs that failed
 */
record StressRun(int races, long samples, List<String> breaches) {

  private static final String RESULT = "result ";
  private static final String BREACH = "breach ";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /**
   * Runs the races whose names match in a process of its own, and reads what came out. jcstress
   * keeps the options of virtual machines for as long as its process lives, so a second run there
   * would do all of the first again, planted mistakes included.
   */
  static StressRun of(String pattern, String... options) {
    var words = new ArrayList<>(List.of(pattern));
    words.addAll(List.of(options));
    try (ForkedJvm process =
        ForkedJvm.of(StressRun.class)
            .args(words.toArray(String[]::new))
            .deadline(PATIENCE)
            .start()) {
      int code = process.awaitExit();
      List<String> lines = process.output();
      List<String> counts =
          lines.stream().filter(line -> line.startsWith(RESULT)).findFirst().stream()
              .flatMap(line -> Stream.of(line.split(" ")))
              .toList();
      if (code != 0 || counts.isEmpty()) {
        throw new AssertionError("code=" + code + " " + lines + process.errors());
      }
      return new StressRun(
          Integer.parseInt(counts.get(1)),
          Long.parseLong(counts.get(2)),
          lines.stream().filter(line -> line.startsWith(BREACH)).toList());
    }
  }

  /** Runs the races in this process; the first argument is the pattern, the others are options. */
  public static void main(String[] args) throws Exception {
    StressRun run = here(args[0], Arrays.copyOfRange(args, 1, args.length));
    run.breaches().forEach(each -> System.out.println(BREACH + each.replace('\n', ' ')));
    System.out.println(RESULT + run.races() + " " + run.samples());
  }

  private static StressRun here(String pattern, String... options) throws Exception {
    var words = new ArrayList<>(List.of(options));
    Path report = Files.createTempDirectory("atoll-stress");
    words.addAll(List.of("-t", pattern, "-r", report.toString(), "-pth", "false"));
    var parsed = new Options(words.toArray(String[]::new));
    if (!parsed.parse()) {
      throw new IllegalArgumentException("options=" + words);
    }
    PrintStream out = System.out;
    try {
      // Pages of tables; what matters of them is in the result.
      System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
      new JCStress(parsed).run();
    } catch (AssertionError ignored) {
      // A forbidden outcome, which is in the results as well.
    } finally {
      System.setOut(out);
      clear(report);
    }
    try {
      return read(parsed.getResultFile());
    } finally {
      Files.deleteIfExists(Path.of(parsed.getResultFile()));
    }
  }

  private static StressRun read(String file) throws IOException, ClassNotFoundException {
    var collector = new InProcessCollector();
    var reader = new DiskReadCollector(file, collector);
    try {
      reader.dump();
    } finally {
      reader.close();
    }
    return of(collector.getTestResults());
  }

  private static StressRun of(Collection<TestResult> results) {
    var names = new TreeSet<String>();
    var breaches = new ArrayList<String>();
    long samples = 0;
    for (TestResult each : results) {
      names.add(each.getName());
      samples += each.getTotalCount();
      TestGrading grading = each.grading();
      if (!grading.isPassed || each.getTotalCount() == 0) {
        String counts =
            String.join(
                ", ",
                each.getStateKeys().stream()
                    .map(key -> "(" + key + ")=" + each.getCount(key))
                    .toList());
        breaches.add(
            each.getName()
                + " "
                + each.status()
                + " "
                + grading.failureMessages
                + " "
                + counts
                + " "
                + each.getMessages()
                + each.getVmErr());
      }
    }
    return new StressRun(names.size(), samples, breaches);
  }

  private static void clear(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
