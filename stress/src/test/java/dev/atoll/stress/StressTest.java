/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Soak;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs the races: shortly in every build, for long as a soak. The compiler is told to order code at
 * random, since a race that needs another order than today's is a race all the same.
 */
class StressTest {
  private static final int RACES = 26;
  private static final String TRUST = "--enable-native-access=ALL-UNNAMED -Xmx256m ";

  /** The best compiler at once, and the order of what it emits at random. */
  private static final String SHUFFLED =
      "-XX:-TieredCompilation -XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM";

  /** What a soak goes through, turn by turn. */
  private static final List<String> MACHINES =
      List.of(
          SHUFFLED,
          SHUFFLED + " -XX:+StressIGVN -XX:+StressCCP",
          "-XX:-TieredCompilation",
          "-XX:TieredStopAtLevel=1",
          "-XX:+TieredCompilation",
          "-Xint");

  private static final int TRIES = 8;

  private static StressRun run(String pattern, int millis, String jvm) throws Exception {
    StressRun run =
        StressRun.of(
            pattern,
            "-m",
            "quick",
            "-c",
            "2",
            "-f",
            "1",
            "-fsm",
            "0",
            "-af",
            "NONE",
            "-iters",
            "1",
            "-time",
            "" + millis,
            "-sc",
            "false",
            "-jvmArgs",
            TRUST + jvm);
    System.out.printf(
        "stress: %s races=%d samples=%d breaches=%d%n",
        jvm, run.races(), run.samples(), run.breaches().size());
    return run;
  }

  @Test
  void noForbiddenOutcomeInAShortRun() throws Exception {
    StressRun run = run(".*", 100, SHUFFLED);
    assertThat(run.breaches()).isEmpty();
    assertThat(run.races()).isEqualTo(RACES);
    assertThat(run.samples()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "torn-exchange, SlotRingStress.TwoProducers",
    "no-barrier, SlotRingStress.SleepAgainstCommit",
    "swap-before-flag, RevocationStress.GetAgainstRevocation",
    "plain-release, FrameRingStress.CommitAgainstPoll",
    "plain-acquire, SlotRingStress.CommitAgainstPoll",
    "early-look, HoldStress.ReleaseAgainstWait",
    "early-look, HoldStress.ReleaseAgainstCommand",
    "early-look, HoldStress.EndAgainstWait",
  })
  void aPlantedMistakeIsFound(String mutation, String race) throws Exception {
    String planted = SHUFFLED + " -D" + Mutations.PROPERTY + "=" + mutation;
    StressRun run = run(".*" + race, 100, planted);
    // On a machine that is busy with other things the actors may hardly meet.
    for (int i = 1; i < TRIES && run.breaches().isEmpty(); i++) {
      run = run(".*" + race, 200 * i, planted);
    }
    assertThat(run.races()).isEqualTo(1);
    assertThat(run.breaches()).isNotEmpty();
    assertThat(run.breaches().getFirst()).contains("Observed forbidden state");
  }

  @Test
  @Tag(Soak.TAG)
  void noForbiddenOutcomeInALongRun() throws Exception {
    long[] samples = new long[1];
    long _ =
        Soak.repeat(
            "all races, on one kind of virtual machine after the other",
            Long.MAX_VALUE,
            number -> {
              String machine = MACHINES.get((int) (number % MACHINES.size()));
              StressRun run = run(".*", 1000, machine);
              samples[0] += run.samples();
              assertThat(run.breaches()).isEmpty();
            });
    System.out.printf("soak: races=%d samples=%d%n", RACES, samples[0]);
  }
}
