/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
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

  /** Runs the races whose names match, and reads what came out. */
  static StressRun of(String pattern, String... options) throws Exception {
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
