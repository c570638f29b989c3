/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PosixStartTest {
  /** Says on standard output how the module starts in a JVM of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) {
      System.out.println("names " + System.getProperty("sun.jnu.encoding"));
      for (int i = 0; i < 2; i++) {
        try {
          System.out.println("started " + (Posix.system() != null));
        } catch (UnsupportedOperationException e) {
          System.out.println("refused: " + e.getMessage());
        }
      }
      System.out.println("write-back " + WriteBack.isAvailable() + " " + WriteBack.instruction());
      System.out.println("cause " + WriteBack.unavailabilityCause().orElse("none"));
      System.out.println("copy " + NonTemporal.isAvailable());
      try {
        NonTemporal.copy(0, 0, 0);
        System.out.println("copied");
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static String run(List<String> options, String... environment) throws Exception {
    return run(List.of(), options, environment);
  }

  private static String run(List<String> before, List<String> options, String... environment)
      throws Exception {
    var command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    for (int i = 0; i < environment.length; i += 2) {
      builder.environment().put(environment[i], environment[i + 1]);
    }
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  private static final List<String> GRANTED =
      List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny");

  @Test
  void startsWithoutAWarningWhereNativeAccessIsGranted() throws Exception {
    String output = run(GRANTED);
    assertThat(output).contains("started true\nstarted true\nwrite-back ").doesNotContain("WARN");
  }

  @Test
  void startsWhateverTheEncodingOfNames(@TempDir Path locales) throws Exception {
    // Latin 9: the JDK knows it, but not as a standard charset.
    Path locale = locales.resolve("de_DE.iso885915");
    List<String> make = List.of("localedef", "-f", "ISO-8859-15", "-i", "de_DE", "" + locale);
    assumeTrue(isDone(make), "needs localedef and the sources of locales (Debian: locales)");
    String output = run(GRANTED, "LC_ALL", "de_DE.ISO-8859-15", "LOCPATH", locales.toString());
    assertThat(output).startsWith("names ISO-8859-15\nstarted true\nstarted true\n");
  }

  private static boolean isDone(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void saysEachTimeHowToGrantNativeAccess() throws Exception {
    String output = run(List.of("--illegal-native-access=deny"));
    String refusal =
        "refused: native access is refused to this module."
            + " Start java with --enable-native-access=ALL-UNNAMED\n";
    assertThat(output)
        .contains(refusal + refusal + "write-back false NONE\ncause native access is refused")
        .contains("copy false\nnot available: native access is refused");
  }

  @Test
  void environmentRulesInstructionsOut() throws Exception {
    String output =
        run(GRANTED, "PMEM_NO_CLWB", "1", "PMEM_NO_CLFLUSHOPT", "1", "PMEM_NO_MOVNT", "1");
    assumeTrue(Architecture.current() == Architecture.X86_64, "instructions of x86-64");
    assertThat(output)
        .contains("write-back true CLFLUSH\n")
        .contains("copy false\nnot available: PMEM_NO_MOVNT=1 is set\n");
  }

  @Test
  void startsWhereAFilterRefusesTheWaitForTwoWords() throws Exception {
    List<String> filter =
        List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=futex_waitv:error=EPERM");
    var probe = new ArrayList<>(filter);
    probe.add("true");
    assumeTrue(isDone(probe), "needs strace that knows futex_waitv, and may trace");
    assertThat(run(filter, GRANTED)).contains("started true\nstarted true\n");
  }

  @Test
  void startsWhereTheWaitForTwoWordsIsMissing() {
    SelfCheck.run(
        FaultyPosix.wrap(Posix.system(), FaultPlan.always("futexWaitEither", Errno.EPERM)));
    SelfCheck.run(
        FaultyPosix.wrap(Posix.system(), FaultPlan.always("futexWaitEither", Errno.ENOSYS)));
  }

  @Test
  void refusesASystemWhoseStructuresDiffer() {
    Posix real = Posix.system();
    Posix strange =
        (Posix)
            Proxy.newProxyInstance(
                Posix.class.getClassLoader(),
                new Class<?>[] {Posix.class},
                (proxy, method, arguments) ->
                    method.getName().equals("futexWaitEither")
                        ? (Object) 0
                        : method.invoke(real, arguments));
    assertThatThrownBy(() -> SelfCheck.run(strange))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("futex_waitv");
  }
}
