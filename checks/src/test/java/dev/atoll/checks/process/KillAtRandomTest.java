/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.NodeDaemon;
import dev.atoll.checks.process.Scenario.Actor;
import dev.atoll.checks.process.Scenario.Step;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.Seeds;
import dev.atoll.testkit.Soak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a process at any time, in the middle of a copy as well as at a step that has a name, and
 * looks at what the others and the file are left with. The steps have a test of their own.
 */
class KillAtRandomTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SHORT = 2;
  private static final long SOAK_KILLS = 10_000;

  /** About as long as the scenario takes once the processes are warm. */
  private static final long LATEST_NANOS = 400_000_000;

  @TempDir Path directory;
  private final SplittableRandom random = new SplittableRandom(Seeds.of(KillAtRandomTest.class));
  private int earlyKills;

  @ParameterizedTest
  @EnumSource(Actor.class)
  void aKillAtAnyTimeLosesNothingAndLeavesNothing(Actor victim) throws Exception {
    killMany(victim, "kill -9 of the " + victim, SHORT);
  }

  @ParameterizedTest
  @EnumSource(Actor.class)
  @Tag(Soak.TAG)
  void killsAtAnyTimeLoseNothingAndLeaveNothing(Actor victim) throws Exception {
    killMany(victim, "kill -9 of the " + victim + " at any time", SOAK_KILLS);
  }

  @Test
  void aDeviceKilledAtAnyTimeLosesNothingAndTheNextOneTakesOver() throws Exception {
    killDevices(1);
  }

  @Test
  @Tag(Soak.TAG)
  void devicesKilledAtAnyTimeLoseNothingAndTheNextOnesTakeOver() throws Exception {
    killDevices(SOAK_KILLS);
  }

  private void killMany(Actor victimActor, String what, long most) throws Exception {
    try (ForkedJvm device = startDevice();
        RoleProcess watcher = RoleProcess.start();
        RoleProcess survivor = RoleProcess.start()) {
      watcher.does("attach " + devicePath());
      String quiet = KillAtSitesTest.counters(watcher);
      repeat(
          what,
          most,
          number -> {
            Path file = directory.resolve("data.pmem");
            try (RoleProcess victim = RoleProcess.start()) {
              boolean isExporter = victimActor == Actor.EXPORTER;
              killWhileRunning(
                  victim.process(), isExporter ? victim : survivor, isExporter ? survivor : victim);
            }
            KillAtSitesTest.settle(survivor);
            Conditions.await(
                "the device to be as before, after " + victimActor + " died",
                PATIENCE,
                () -> KillAtSitesTest.counters(watcher).equals(quiet));
            Files.deleteIfExists(file);
          });
      KillAtSitesTest.stop(device);
    }
  }

  private void killDevices(long most) throws Exception {
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess importer = RoleProcess.start()) {
      repeat(
          "kill -9 of the device at any time",
          most,
          number -> {
            try (ForkedJvm device = startDevice()) {
              killWhileRunning(device, exporter, importer);
            }
            KillAtSitesTest.settle(exporter);
            KillAtSitesTest.settle(importer);
            Files.deleteIfExists(directory.resolve("data.pmem"));
          });
      // All of it can be done with the next device.
      try (ForkedJvm next = startDevice()) {
        for (Step step : steps()) {
          (step.actor() == Actor.EXPORTER ? exporter : importer).does(step.command());
        }
        KillAtSitesTest.stop(next);
      }
    }
  }

  private void repeat(String what, long most, Soak.Turn turn) throws Exception {
    if (most < SOAK_KILLS) {
      for (long number = 0; number < most; number++) {
        turn.run(number);
      }
    } else {
      long _ = Soak.repeat(what, most, turn);
    }
    System.out.println(what + ": kills before the scenario's end=" + earlyKills);
  }

  /** Runs the scenario beside a thread that kills the victim, and checks the file. */
  private void killWhileRunning(ForkedJvm victim, RoleProcess exporter, RoleProcess importer)
      throws InterruptedException {
    long end = System.nanoTime() + random.nextLong(LATEST_NANOS);
    Thread killer =
        Thread.ofPlatform()
            .name("killer")
            .start(() -> {
              while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
              }
              victim.kill9();
            });
    long acknowledged = 0;
    for (Step step : steps()) {
      RoleProcess actor = step.actor() == Actor.EXPORTER ? exporter : importer;
      String answer = victim.isAlive() ? answerUnlessDead(victim, actor, step.command()) : "";
      if (step.command().startsWith("append") && answer.startsWith("ok ")) {
        acknowledged = Long.parseLong(answer.substring(3));
      }
    }
    earlyKills += victim.isAlive() ? 0 : 1;
    killer.join();
    assertThat(KillAtSitesTest.committedIn(directory.resolve("data.pmem")))
        .isGreaterThanOrEqualTo(acknowledged);
  }

  /** Sends a command; the answer is empty once the victim is dead. */
  private static String answerUnlessDead(ForkedJvm victim, RoleProcess actor, String command) {
    int number;
    try {
      number = actor.send(command);
    } catch (AssertionError e) {
      if (!actor.process().equals(victim)) {
        throw e;
      }
      // Who is killed has its pipe closed at once, and is dead a little later.
      Conditions.await("the death of the victim", PATIENCE, () -> !victim.isAlive());
      return "";
    }
    Conditions.await(
        "'" + command + "' or a death",
        PATIENCE,
        () -> actor.answer(number).isPresent() || !victim.isAlive());
    return actor.answer(number).orElse("");
  }

  private java.util.List<Step> steps() {
    return Scenario.steps(devicePath(), directory.resolve("data.pmem"));
  }

  private Path devicePath() {
    return directory.resolve("device");
  }

  private ForkedJvm startDevice() {
    ForkedJvm device = ForkedJvm.of(NodeDaemon.class).args(devicePath().toString()).start();
    device.expect("ready");
    return device;
  }
}
