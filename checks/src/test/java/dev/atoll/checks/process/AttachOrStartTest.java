/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.DaemonOptions;
import dev.atoll.Node;
import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.ForkedJvmPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that start a daemon where none runs: races, deaths, refusals, what the daemon gets. */
class AttachOrStartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String LONG = "600000";
  private static final int NOBODY = 65534;

  private Path temporary;
  private Path directory;

  @BeforeEach
  void nameTheDirectory() throws IOException {
    temporary = Files.createTempDirectory("atoll-start");
    directory = temporary.resolve("device");
  }

  @AfterEach
  void endTheDaemons() throws IOException {
    Daemons.endAll(directory);
    try (var all = Files.walk(temporary)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private ForkedJvmPlan plan(int threads, String idleMillis, String... jvmOptions) {
    List<String> args =
        new ArrayList<>(List.of(directory.toString(), Integer.toString(threads), idleMillis));
    args.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx64m"));
    args.addAll(List.of(jvmOptions));
    return ForkedJvm.of(Starter.class).args(args.toArray(String[]::new)).heap("32m");
  }

  private static ForkedJvm ready(ForkedJvmPlan plan) {
    ForkedJvm starter = plan.start();
    starter.expect("here");
    return starter;
  }

  private static void attaches(ForkedJvm starter, int nodes) {
    starter.send("attach");
    starter.expect("done " + nodes);
    assertThat(starter.output()).noneMatch(line -> line.startsWith("ATOLL"));
  }

  private boolean isInLog(String line) {
    try {
      Path log = new DeviceDirectory(directory).log();
      return Files.exists(log) && Files.readAllLines(log).contains(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void sixteenStartersAtOnceGetOneDaemon() {
    List<ForkedJvm> starters = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        starters.add(ready(plan(4, LONG).sites("trace")));
      }
      starters.forEach(each -> each.send("attach"));
      starters.forEach(each -> each.expect("done 4"));

      assertThat(Daemons.of(directory)).hasSize(1);
      try (Node watcher = Node.attach(directory)) {
        assertThat(watcher.deviceStatus().sessions()).isEqualTo(17);
      }
      starters.forEach(each -> ReachedSites.add(each.sites()));
    } finally {
      starters.forEach(ForkedJvm::close);
    }
  }

  @Test
  void daemonOutlivesItsStarterInASessionOfItsOwn() throws IOException {
    try (ForkedJvm starter = ready(plan(1, LONG))) {
      attaches(starter, 1);
      starter.kill9();
    }
    ProcessHandle daemon = Daemons.only(directory);
    String stat = Daemons.read(daemon, "stat");
    // proc_pid_stat(5), after the name: state, parent, process group, session
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(fields[3]).as("session").isEqualTo(Long.toString(daemon.pid()));
    assertThat(Daemons.read(daemon, "status")).contains("Umask:\t0077");
    Path proc = Path.of("/proc", Long.toString(daemon.pid()));
    assertThat(Files.readSymbolicLink(proc.resolve("cwd"))).hasToString("/");
    assertThat(Files.readSymbolicLink(proc.resolve("fd/0"))).hasToString("/dev/null");
    assertThat(Files.readSymbolicLink(proc.resolve("fd/1")))
        .isEqualTo(directory.resolve("device.log"));
    try (Node node = Node.attach(directory)) {
      assertThat(node.isOpen()).isTrue();
    }
  }

  @Test
  void daemonGetsNothingOfTheEnvironmentButWhatItNeeds() {
    ForkedJvmPlan plan =
        plan(1, LONG)
            .environment("JAVA_TOOL_OPTIONS", "-Dleaked=tool")
            .environment("JDK_JAVA_OPTIONS", "-Dleaked=jdk")
            .environment("CLASSPATH", "/leaked")
            .environment("LD_LIBRARY_PATH", "/leaked")
            .environment("PASSWORD", "leaked")
            .environment("ATOLL_KEPT", "kept")
            .environment("LC_ALL", "C.UTF-8");
    try (ForkedJvm starter = ready(plan)) {
      attaches(starter, 1);
      ProcessHandle daemon = Daemons.only(directory);
      assertThat(Daemons.read(daemon, "environ"))
          .doesNotContain("leaked", "OPTIONS", "CLASSPATH", "PASSWORD")
          .contains("PATH=", "ATOLL_KEPT=kept", "LC_ALL=C.UTF-8");
      assertThat(Daemons.read(daemon, "cmdline")).doesNotContain("leaked");
    }
  }

  @Test
  void leavesWhenNobodyHasASessionAndComesAgainWhenWanted() {
    try (ForkedJvm starter = ready(plan(1, "300", "-Datoll.sites=trace"))) {
      attaches(starter, 1);
      ProcessHandle daemon = Daemons.only(directory);
      starter.send("leave");
      starter.expect("left");
      Daemons.awaitEnd(daemon);
      assertThat(isInLog("@site device.idle")).isTrue();
      ReachedSites.add(List.of("device.idle", "daemon.detached"));
      assertThatThrownBy(() -> Node.attach(directory))
          .isInstanceOfSatisfying(
              LinkException.class, e -> assertThat(e.code()).isEqualTo(LinkException.NO_DEVICE));

      attaches(starter, 1);
      assertThat(Daemons.only(directory).pid()).isNotEqualTo(daemon.pid());
    }
  }

  @Test
  void whoComesWhileTheDaemonLeavesGetsANewOne() {
    // It leaves after a millisecond alone: each attach meets a daemon that leaves or has left.
    try (ForkedJvm starter = ready(plan(2, "1"))) {
      for (int i = 0; i < 6; i++) {
        attaches(starter, 2);
        starter.send("leave");
        starter.expect("left");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "daemon.detached",
        "device.locked",
        "ids.written",
        "ids.promised",
        "device.bound",
        "device.listening"
      })
  void daemonThatDiesAtAStepBlocksNobody(String site) {
    try (ForkedJvm first = ready(plan(1, LONG, "-Datoll.sites=hold:" + site));
        ForkedJvm second = ready(plan(2, LONG))) {
      first.send("attach");
      Conditions.await("the daemon at " + site, PATIENCE, () -> isInLog("@held " + site));
      second.send("attach");
      Daemons.kill9(Daemons.only(directory));

      second.expect("done 2");
      first.expect("done ");
      assertThat(Daemons.of(directory)).hasSize(1);
      try (Node watcher = Node.attach(directory)) {
        assertThat(watcher.deviceStatus().sessions()).isGreaterThanOrEqualTo(3);
      }
    }
    ReachedSites.add(List.of(site));
  }

  @ParameterizedTest
  @ValueSource(strings = {"start.locked", "start.spawned", "start.attached"})
  void starterThatDiesAtAStepBlocksNobody(String site) {
    try (ForkedJvm first = ready(plan(1, LONG).sites("hold:" + site));
        ForkedJvm second = ready(plan(2, LONG))) {
      first.send("attach");
      first.awaitHeld(site);
      second.send("attach");
      first.kill9();

      second.expect("done 2");
      assertThat(second.output()).noneMatch(line -> line.startsWith("ATOLL"));
      Conditions.await("one daemon to be left", PATIENCE, () -> Daemons.of(directory).size() == 1);
    }
    ReachedSites.add(List.of(site));
  }

  /** Starts a daemon, and is interrupted once something has happened meanwhile. */
  private void isInterruptedAfter(Runnable meanwhile, String... jvmOptions) {
    DaemonOptions options =
        DaemonOptions.standard().withLasting(false).withJvmOptions(List.of(jvmOptions));
    Thread starter = Thread.currentThread();
    Site.install(site -> {
      if (site.equals("start.spawned") && Thread.currentThread().equals(starter)) {
        meanwhile.run();
        starter.interrupt();
      }
    });
    try {
      assertThatThrownBy(() -> Node.attachOrStart(directory, options).close())
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("interrupted");
    } finally {
      Site.install(null);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aStarterThatGivesUpLeavesADaemonThatOthersUse() {
    List<Node> others = new ArrayList<>();
    isInterruptedAfter(() ->
        Conditions.await(
            "another program to attach",
            PATIENCE,
            () -> {
              try {
                return others.add(Node.attach(directory));
              } catch (LinkException e) {
                return false;
              }
            }));
    try (Node other = others.getFirst()) {
      assertThat(Daemons.of(directory)).hasSize(1);
      assertThat(other.deviceStatus().sessions()).isPositive();
    }
  }

  @Test
  void aStarterThatGivesUpEndsADaemonThatIsNotThereYet() {
    String site = "daemon.detached";
    isInterruptedAfter(
        () -> Conditions.await("the daemon", PATIENCE, () -> isInLog("@held " + site)),
        "-Datoll.sites=hold:" + site);
    Conditions.await("the daemon to end", PATIENCE, () -> Daemons.of(directory).isEmpty());
  }

  @Test
  void saysWhatTheDaemonSaidWhenItCanNotStart() {
    try (ForkedJvm starter = ready(plan(1, LONG, "-XX:NoSuchOption=1"))) {
      starter.send("attach");
      assertThat(starter.expect("ATOLL_DEVICE_NOT_STARTED"))
          .contains("exit code 1", "NoSuchOption", "device.log", "Node.embedded()");
    }
    assertThat(Daemons.of(directory)).isEmpty();
  }

  @Test
  void refusesALogThatIsNoFile() throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path log = new DeviceDirectory(directory).log();
    Files.createDirectory(log);
    try (ForkedJvm starter = ready(plan(1, LONG))) {
      starter.send("attach");
      assertThat(starter.expect("ATOLL_DEVICE_NOT_STARTED")).contains("device.log");
      Files.delete(log);
      Files.createSymbolicLink(log, temporary.resolve("elsewhere"));
      starter.send("attach");
      assertThat(starter.expect("ATOLL_DEVICE_NOT_STARTED")).contains("device.log");
    }
    assertThat(temporary.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void refusesAStartLockThatIsNoFile() throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createSymbolicLink(
        new DeviceDirectory(directory).startLock(), temporary.resolve("elsewhere"));
    try (ForkedJvm starter = ready(plan(1, LONG))) {
      starter.send("attach");
      assertThat(starter.expect("ATOLL_SESSION_REFUSED")).contains("start.lock", "symbolic link");
    }
    assertThat(temporary.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void saysWhatToDoWhereTheDirectoryCanNotBeMade() throws IOException {
    Optional<String> reason = ForkedJvm.whyNoOtherUser();
    Assumptions.assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ForkedJvm starter = ready(plan(1, LONG).asUser(NOBODY, NOBODY))) {
      starter.send("attach");
      assertThat(starter.expect("ATOLL_DEVICE_NOT_STARTED"))
          .contains(directory.toString(), "can not be made", "atoll node", "Node.embedded()");
    }
  }
}
