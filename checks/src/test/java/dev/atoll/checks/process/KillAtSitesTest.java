/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.NodeDaemon;
import dev.atoll.checks.process.Scenario.Actor;
import dev.atoll.checks.process.Scenario.Step;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Kills each process with SIGKILL at each step of each protocol it takes part in, and looks at what
 * the others and the file are left with: nothing lost, nothing left.
 */
class KillAtSitesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("atoll-kill");
  }

  @AfterEach
  void findNothingLeft() throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void killingTheExporterAtAnyStepLosesNothingAndLeavesNothing() throws IOException {
    kills(Actor.EXPORTER);
  }

  @Test
  void killingTheImporterAtAnyStepLosesNothingAndLeavesNothing() throws IOException {
    kills(Actor.IMPORTER);
  }

  private void kills(Actor victimActor) throws IOException {
    Set<String> sites = sitesOf(victimActor);
    int kills = 0;
    try (ForkedJvm device = startDevice();
        RoleProcess watcher = RoleProcess.start();
        RoleProcess survivor = RoleProcess.start()) {
      watcher.does("attach " + devicePath());
      String quiet = counters(watcher);
      for (String site : sites) {
        Path file = directory.resolve("data.pmem");
        kills += killOnce(victimActor, site, survivor, file) ? 1 : 0;
        Conditions.await(
            "the device to be as before, after " + victimActor + " died at " + site,
            PATIENCE,
            () -> counters(watcher).equals(quiet));
        Files.deleteIfExists(file);
      }
      stop(device);
    }
    System.out.println(
        "kill -9 of the "
            + victimActor
            + ": sites="
            + sites.size()
            + " kills="
            + kills
            + " "
            + sites);
    assertThat(kills).isEqualTo(sites.size());
  }

  @Test
  void killingTheDeviceAtAnyStepLosesNothingAndLeavesNothing() throws IOException {
    Set<String> sites = sitesOfDevice();
    int kills = 0;
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess importer = RoleProcess.start()) {
      for (String site : sites) {
        Path file = directory.resolve("data.pmem");
        leaveADeadDevice();
        try (ForkedJvm device =
            ForkedJvm.of(NodeDaemon.class)
                .args(devicePath().toString())
                .sites("hold:" + site)
                .start()) {
          Conditions.await(
              "the device to be ready or held at " + site,
              PATIENCE,
              () -> isHeld(device, site) || !device.output().isEmpty());
          long acknowledged = runUntilHeld(device, site, exporter, importer, file);
          device.awaitHeld(site);
          device.kill9();
          kills++;
          assertThat(committedIn(file))
              .as("records after a kill at %s", site)
              .isGreaterThanOrEqualTo(acknowledged);
        }
        settle(exporter);
        settle(importer);
        // The next device takes over the directory with the dead one's socket and lock in it.
        try (ForkedJvm next = startDevice()) {
          Files.deleteIfExists(file);
          runAll(exporter, importer, file);
          stop(next);
        }
        Files.deleteIfExists(file);
      }
    }
    System.out.println(
        "kill -9 of the DEVICE: sites=" + sites.size() + " kills=" + kills + " " + sites);
    assertThat(kills).isEqualTo(sites.size());
  }

  /** Runs the scenario until the victim is held, kills it there, and checks file and survivor. */
  private boolean killOnce(Actor victimActor, String site, RoleProcess survivor, Path file) {
    try (RoleProcess victim = new RoleProcess(ForkedJvm.of(Role.class).sites("hold:" + site))) {
      RoleProcess exporter = victimActor == Actor.EXPORTER ? victim : survivor;
      RoleProcess importer = victimActor == Actor.IMPORTER ? victim : survivor;
      long acknowledged = runUntilHeld(victim.process(), site, exporter, importer, file);
      victim.process().awaitHeld(site);
      victim.process().kill9();
      assertThat(committedIn(file))
          .as("records after a kill at %s", site)
          .isGreaterThanOrEqualTo(acknowledged);
    }
    settle(survivor);
    return true;
  }

  /** Sends the scenario's commands one by one; gives how many records were acknowledged. */
  private long runUntilHeld(
      ForkedJvm victim, String site, RoleProcess exporter, RoleProcess importer, Path file) {
    long acknowledged = 0;
    for (Step step : Scenario.steps(devicePath(), file)) {
      RoleProcess actor = step.actor() == Actor.EXPORTER ? exporter : importer;
      int number = actor.send(step.command());
      Conditions.await(
          "'" + step.command() + "' or " + site,
          PATIENCE,
          () -> actor.answer(number).isPresent() || isHeld(victim, site));
      if (actor.answer(number).isPresent() && step.command().startsWith("append")) {
        String answer = actor.answer(number).orElseThrow();
        acknowledged =
            answer.startsWith("ok ") ? Long.parseLong(answer.substring(3)) : acknowledged;
      }
      if (isHeld(victim, site)) {
        return acknowledged;
      }
    }
    if (victim.isAlive() && !isHeld(victim, site)) {
      // Only the end of the process itself is left.
      victim.signal("TERM");
    }
    return acknowledged;
  }

  private static boolean isHeld(ForkedJvm victim, String site) {
    return victim.errors().contains("@held " + site);
  }

  /** The survivor finishes what it was doing, well or with a refusal, and lets go of everything. */
  static void settle(RoleProcess survivor) {
    survivor.does("leave");
    assertThat(survivor.does("traces")).isEqualTo("memfds=0 mapped=0");
  }

  static long committedIn(Path file) {
    if (!Files.exists(file)) {
      return 0;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      if (channel.size() == 0) {
        return 0;
      }
      MemorySegment memory = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      return RecordLog.verify(memory);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void runAll(RoleProcess exporter, RoleProcess importer, Path file) {
    for (Step step : Scenario.steps(devicePath(), file)) {
      (step.actor() == Actor.EXPORTER ? exporter : importer).does(step.command());
    }
  }

  private Set<String> sitesOf(Actor actor) throws IOException {
    Path file = directory.resolve("trace.pmem");
    try (ForkedJvm device = startDevice();
        RoleProcess traced = new RoleProcess(ForkedJvm.of(Role.class).sites("trace"));
        RoleProcess other = RoleProcess.start()) {
      boolean isExporter = actor == Actor.EXPORTER;
      runAll(isExporter ? traced : other, isExporter ? other : traced, file);
      Set<String> sites = new LinkedHashSet<>(traced.process().sites());
      stop(device);
      Files.delete(file);
      ReachedSites.add(sites);
      return sites;
    }
  }

  private Set<String> sitesOfDevice() throws IOException {
    Path file = directory.resolve("trace.pmem");
    List<String> sites = new ArrayList<>();
    leaveADeadDevice();
    try (RoleProcess exporter = RoleProcess.start();
        RoleProcess importer = RoleProcess.start();
        ForkedJvm device =
            ForkedJvm.of(NodeDaemon.class).args(devicePath().toString()).sites("trace").start()) {
      device.expect("ready");
      runAll(exporter, importer, file);
      stop(device);
      sites.addAll(device.sites());
    }
    Files.delete(file);
    var reached = new LinkedHashSet<>(sites);
    ReachedSites.add(reached);
    return reached;
  }

  /** Socket and lock of a device that was killed, for the next one to take over. */
  private void leaveADeadDevice() {
    try (ForkedJvm dead = startDevice()) {
      dead.kill9();
    }
  }

  private Path devicePath() {
    return directory.resolve("device");
  }

  private ForkedJvm startDevice() {
    ForkedJvm device = ForkedJvm.of(NodeDaemon.class).args(devicePath().toString()).start();
    device.expect("ready");
    return device;
  }

  static void stop(ForkedJvm device) {
    device.signal("TERM");
    assertThat(device.awaitExit()).isEqualTo(143);
  }

  static String counters(RoleProcess watcher) {
    return watcher.does("status");
  }
}
