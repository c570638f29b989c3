/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.cli.AtollCommand;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.ForkedJvmPlan;
import dev.atoll.testkit.HostPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two nodes of LNet, each a process of its own, that ping, discover, put and get by the command
 * line: as two users without any privilege in plain mode, and with the capability in Lustre's mode
 * on two hosts.
 */
@Timeout(300)
class LnetNodesTest {
  private static final int FIRST_USER = 61_001;
  private static final int SECOND_USER = 61_002;
  private static final int PORT = 19_988;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Path directory;

  @BeforeEach
  void makeADirectoryThatOthersCanEnter() throws IOException {
    directory = Files.createTempDirectory("atoll-lnet");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterEach
  void removeIt() throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  /** Where a node is and who it is. */
  private record Place(String name, String address, UnaryOperator<ForkedJvmPlan> who) {
    String nid() {
      return address + "@tcp";
    }
  }

  private ForkedJvm node(Place place, int uid, String rest) throws IOException {
    Path own = Files.createDirectory(directory.resolve(place.name()));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(own, "unix:uid", uid);
    Path file = directory.resolve(place.name() + ".yaml");
    Files.writeString(
        file,
        "device:\n  directory: "
            + own
            + "\nnet:\n  - net type: tcp\n    local NI(s):\n"
            + "      - interfaces:\n          0: "
            + place.address()
            + "\n"
            + rest);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    return place
        .who()
        .apply(ForkedJvm.of(AtollCommand.class).args("node", "--config", file.toString()))
        .start();
  }

  /** Runs a command as the node's own user until it has printed what it should. */
  private void run(Place place, Predicate<List<String>> isPrinted, String... words) {
    try (ForkedJvm command = begin(place, words)) {
      int code = command.awaitExit();
      assertThat(code).as(Arrays.toString(words) + command.output() + command.errors()).isZero();
      // What it printed last may be on its way here when it is dead.
      Conditions.await(
          Arrays.toString(words) + " prints what it should: " + command.output(),
          PATIENCE,
          () -> isPrinted.test(command.output()));
    }
  }

  private void prints(Place place, List<String> lines, String... words) {
    run(place, lines::equals, words);
  }

  private ForkedJvm begin(Place place, String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--dir";
    all[words.length + 1] = directory.resolve(place.name()).toString();
    return place.who().apply(ForkedJvm.of(AtollCommand.class).args(all)).start();
  }

  private void talk(Place near, Place far) throws IOException {
    prints(near, List.of("12345-0@lo", far.nid()), "ping", far.nid());
    prints(far, List.of("12345-0@lo", near.nid()), "ping", near.nid());
    prints(
        near,
        List.of(
            "discover:",
            "- primary nid: " + far.nid(),
            "  Multi-Rail: true",
            "  peer_ni:",
            "  - nid: " + far.nid()),
        "discover",
        far.nid());
    Path page = Files.writeString(directory.resolve("page"), "hello over LNet");
    Files.setPosixFilePermissions(page, PosixFilePermissions.fromString("rw-r--r--"));
    try (ForkedJvm server = begin(far, "lnet", "serve", "40", "0x17", page.toString())) {
      server.expect("serving ");
      prints(near, List.of("hello"), "lnet", "get", far.nid(), "40", "0x17", "--length", "5");
      prints(
          near, List.of("kept 15 of 15"), "lnet", "put", far.nid(), "40", "0x17", page.toString());
      server.expect("PUT 12345-" + near.nid());
      server.signal("TERM");
      assertThat(server.awaitExit()).isEqualTo(143);
    }
  }

  @Test
  void twoUsersWithoutPrivilegeTalkInPlainMode() throws IOException {
    assumeTrue(ForkedJvm.whyNoOtherUser().isEmpty(), () -> ForkedJvm.whyNoOtherUser().orElse(""));
    var near = new Place("near", "127.0.0.2", plan -> plan.asUser(FIRST_USER, FIRST_USER));
    var far = new Place("far", "127.0.0.3", plan -> plan.asUser(SECOND_USER, SECOND_USER));
    String port = "lnet: {port: " + PORT + "}\n";
    try (ForkedJvm first = node(near, FIRST_USER, port);
        ForkedJvm second = node(far, SECOND_USER, port)) {
      assertThat(first.expect("network ")).contains("identity plain");
      first.expect("ready ");
      second.expect("ready ");
      talk(near, far);
      // The one may not look at the other's network.
      try (ForkedJvm stranger =
          ForkedJvm.of(AtollCommand.class)
              .args("net", "show", "--dir", directory.resolve("far").toString())
              .asUser(FIRST_USER, FIRST_USER)
              .start()) {
        assertThat(stranger.awaitExit()).isNotZero();
      }
    }
  }

  @Test
  void nodesWithTheCapabilityTalkInLustreModeBetweenHosts() throws IOException {
    assumeTrue(HostPair.whyNot().isEmpty(), () -> HostPair.whyNot().orElse(""));
    try (HostPair hosts = HostPair.make()) {
      var near =
          new Place(
              "near", HostPair.Host.FIRST.address(), plan -> hosts.on(HostPair.Host.FIRST, plan));
      var far =
          new Place(
              "far", HostPair.Host.SECOND.address(), plan -> hosts.on(HostPair.Host.SECOND, plan));
      String security = "security: {identity: lustre, trusted-network: true}\n";
      try (ForkedJvm first = node(near, 0, security);
          ForkedJvm second = node(far, 0, security)) {
        assertThat(first.expect("network "))
            .isEqualTo("network 10.77.0.1@tcp identity lustre port 988 trusted-network");
        first.expect("ready ");
        second.expect("ready ");
        talk(near, far);
        String ends = HostPair.Host.FIRST.address() + "->" + HostPair.Host.SECOND.address();
        run(
            near,
            lines ->
                !lines.isEmpty() && lines.stream().allMatch(line -> line.contains(ends + ":988")),
            "conn",
            "list");
      }
    }
  }

  @Test
  void lustreModeWithoutTheCapabilitySaysWhatToDo() throws IOException {
    assumeTrue(ForkedJvm.whyNoOtherUser().isEmpty(), () -> ForkedJvm.whyNoOtherUser().orElse(""));
    var near = new Place("near", "127.0.0.2", plan -> plan.asUser(FIRST_USER, FIRST_USER));
    try (ForkedJvm node = node(near, FIRST_USER, "security: {identity: lustre}\n")) {
      assertThat(node.awaitExit()).isEqualTo(77);
      Conditions.await(
          "it says why", PATIENCE, () -> node.errors().toString().contains("LNET_PRIVILEGE"));
    }
  }
}
