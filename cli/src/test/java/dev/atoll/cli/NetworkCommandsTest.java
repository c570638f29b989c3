/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a network, against two nodes that run as processes of their own. */
@Timeout(300)
class NetworkCommandsTest {
  private static final String FIRST = "127.0.0.2@tcp";
  private static final String SECOND = "127.0.0.3@tcp";

  @TempDir static Path temporary;
  private static int port;
  private static ForkedJvm first;
  private static ForkedJvm second;

  @BeforeAll
  static void startTwoNodes() throws IOException {
    port = freePort();
    first = node("first", "127.0.0.2");
    second = node("second", "127.0.0.3");
    assertThat(first.expect("network "))
        .isEqualTo("network " + FIRST + " identity plain port " + port);
    first.expect("ready ");
    second.expect("ready ");
  }

  @AfterAll
  static void stopThem() {
    for (ForkedJvm each : new ForkedJvm[] {first, second}) {
      if (each != null) {
        each.signal("TERM");
        assertThat(each.awaitExit()).isEqualTo(143);
        each.close();
      }
    }
  }

  /** A port that is free at both addresses now. */
  private static int freePort() throws IOException {
    try (ServerSocket one = new ServerSocket();
        ServerSocket other = new ServerSocket()) {
      one.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
      other.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.3"), one.getLocalPort()));
      return one.getLocalPort();
    }
  }

  private static ForkedJvm node(String name, String address, String... more) throws IOException {
    Path file = temporary.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        device:
          directory: %s
        net:
            - net type: tcp
              local NI(s):
                - interfaces:
                      0: %s
        lnet:
          port: %d
        """
            .formatted(name, address, port));
    String[] words =
        Arrays.copyOf(new String[] {"node", "--config", file.toString()}, 3 + more.length);
    System.arraycopy(more, 0, words, 3, more.length);
    return ForkedJvm.of(AtollCommand.class).args(words).start();
  }

  private static Cli.Result at(String name, byte[] input, String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--dir";
    all[words.length + 1] = temporary.resolve(name).toString();
    return Cli.runWith(input, all);
  }

  private static Cli.Result run(String... words) {
    return at("first", new byte[0], words);
  }

  private static String out(String... words) {
    Cli.Result result = run(words);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private static List<String> names(String text) {
    return text.lines().map(line -> line.replaceAll(":.*", "")).toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> row(Map<String, Object> json, String list) {
    return ((List<Map<String, Object>>) json.get(list)).getFirst();
  }

  @Test
  void pingsAsLctlDoes() {
    assertThat(out("ping", SECOND)).isEqualTo("12345-0@lo\n" + SECOND + "\n");
    assertThat(out("ping", SECOND, "--count", "2", "--timeout", "5").lines())
        .hasSize(2)
        .allMatch(line -> line.matches("127.0.0.3@tcp: seq=[12] nids=2 time=[0-9.]+ ms"));
    assertThat(row(run("ping", SECOND, "--json").json(), "ping"))
        .containsEntry("primary nid", SECOND)
        .containsEntry("Multi-Rail", true);
  }

  @Test
  void saysAsLnetctlDoesWhatWentWrong() {
    Cli.Result refused = run("ping", "127.0.0.44@tcp");

    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.out().lines())
        .containsExactly(
            "manage:",
            "- ping:",
            "  errno: -111",
            "  descr: ! 'failed to ping 127.0.0.44@tcp: Connection refused'");
    assertThat(refused.err()).startsWith("atoll: ping: LNET_FAILED: failed to ping");
    Cli.Result json = run("ping", "127.0.0.44@tcp", "--json");
    assertThat(row(json.json(), "manage")).containsEntry("ping", null).containsKey("errno");
    Cli.Result noWay = run("ping", "10.0.0.1@tcp9");
    assertThat(noWay.out()).contains("errno: -113", "No route to host");
    assertThat(noWay.err()).contains("LNET_UNREACHABLE");
    assertThat(run("ping", "nonsense@nowhere").out()).contains("errno: -22");
    assertThat(run("ping", SECOND, "--count", "0").code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void discoversAsLnetctlDoes() {
    assertThat(out("discover", SECOND))
        .isEqualTo(
            """
            discover:
            - primary nid: 127.0.0.3@tcp
              Multi-Rail: true
              peer_ni:
              - nid: 127.0.0.3@tcp
            """);
    assertThat(run("discover", FIRST).out()).contains("errno: -22", "own");
  }

  @Test
  void showsInterfacesInTheShapeOfLnetctl() {
    assertThat(Samples.shape(out("net", "show", "-v")))
        .isEqualTo(Samples.shape(Samples.text("lnetctl-net-show-v.yaml")));
    assertThat(Samples.shape(out("lnet", "stats", "show")))
        .startsWith(Samples.shape(Samples.text("lnetctl-stats.yaml")).toArray(String[]::new));
    assertThat(out("net", "show", "--net", "tcp0"))
        .isEqualTo(
            """
            net:
            -     net type: tcp
                  local NI(s):
                  -     nid: 127.0.0.2@tcp
                        status: up
                        interfaces:
                              0: 127.0.0.2
            """);
    assertThat(row(run("net", "show", "--json").json(), "net")).containsEntry("net type", "lo");
    assertThat(out("list-nids")).isEqualTo(FIRST + "\n");
    assertThat(out("list-nids", "--all")).isEqualTo("0@lo\n" + FIRST + "\n");
  }

  @Test
  void exportsInTheShapeOfLnetctlAndImportsIt() throws IOException {
    List<String> sample = Samples.shape(Samples.text("lnetctl-export.yaml"));
    List<String> whole = Samples.shape(out("lnet", "export"));
    int global = sample.indexOf("global:");
    assertThat(whole.subList(0, global)).isEqualTo(sample.subList(0, global));
    assertThat(whole).endsWith(sample.subList(global, sample.size()).toArray(String[]::new));

    Path file = temporary.resolve("backup.yaml");
    assertThat(run("lnet", "export", "--backup", file.toString()).code()).isZero();
    NetworkPart read = YamlFile.read(file, NetworkPartReader::read);
    assertThat(read.nets().getFirst().locals().getFirst().interfaces())
        .containsExactly("127.0.0.2");
    // All is there already, and that is said.
    Cli.Result again = run("lnet", "import", file.toString());
    assertThat(again.code()).isEqualTo(ExitCode.FAILED);
    assertThat(again.out()).contains("- net:", "errno: -22", "already");
  }

  @Test
  void importsWhatIsNewAndTakesItAwayAgain() {
    byte[] text =
        """
        net:
            - net type: tcp7
              local NI(s):
                - interfaces:
                      0: 127.0.0.2
        route:
            - net: tcp8
              gateway: 127.0.0.3@tcp7
              hop: 2
              priority: 3
        """
            .getBytes(StandardCharsets.UTF_8);
    // An address has one listener for all of its networks here, so one of its own is taken.
    byte[] other =
        new String(text, StandardCharsets.UTF_8)
            .replace("0: 127.0.0.2", "0: 127.0.0.22")
            .getBytes(StandardCharsets.UTF_8);

    Cli.Result imported = at("first", other, "lnet", "import");
    assertThat(imported.code()).as(imported.err() + imported.out()).isZero();
    assertThat(out("list-nids")).contains("127.0.0.22@tcp7");
    assertThat(out("route", "show"))
        .isEqualTo("route:\n-     net: tcp8\n      gateway: 127.0.0.3@tcp7\n");
    String route = out("route", "show", "-v");
    assertThat(names(route))
        .isEqualTo(names(Samples.text("lnetctl-route-show.yaml")).subList(0, names(route).size()));
    assertThat(route).contains("hop: 2", "priority: 3", "state: down", "type:");

    Cli.Result removed = at("first", other, "lnet", "import", "--del", "-");
    assertThat(removed.code()).as(removed.err() + removed.out()).isZero();
    assertThat(out("list-nids")).doesNotContain("tcp7");
    assertThat(run("route", "del", "--net", "tcp8", "--gateway", "127.0.0.3@tcp7").out())
        .contains("del:", "- route:", "errno: -2");
    Cli.Result fixed =
        at(
            "first",
            "global: {retry_count: 5}\n".getBytes(StandardCharsets.UTF_8),
            "lnet",
            "import");
    assertThat(fixed.out()).contains("errno: -95", "global.retry_count is 2");
  }

  @Test
  void peersAndConnectionsAreShownAddedAndForgotten() {
    assertThat(out("ping", SECOND)).isNotEmpty();
    assertThat(out("peer", "show", "--nid", SECOND))
        .startsWith("peer:\n-     primary nid: 127.0.0.3@tcp\n      Multi-Rail: ")
        .endsWith("      peer ni:\n      -     nid: 127.0.0.3@tcp\n            state: up\n");
    assertThat(out("peer", "show", "--nid", SECOND, "-v", "3"))
        .contains("max_ni_tx_credits: 8", "send_count: ", "health value: ", "sent_stats:");
    assertThat(out("conn", "list").lines())
        .anyMatch(line ->
            line.matches(
                "12345-127.0.0.3@tcp C\\[0\\]127.0.0.2->127.0.0.3:" + port + " [0-9/]+ v3"));
    assertThat(row(run("conn", "list", "--json").json(), "connection"))
        .containsKeys("peer", "type", "local", "remote");

    assertThat(out("peer", "add", "--prim_nid", "127.0.0.66@tcp", "--nid", "127.0.0.67@tcp"))
        .isEmpty();
    assertThat(out("peer", "show", "--nid", "127.0.0.67@tcp"))
        .contains("primary nid: 127.0.0.66@tcp", "nid: 127.0.0.67@tcp");
    assertThat(out("peer", "del", "--prim_nid", "127.0.0.66@tcp")).isEmpty();
    assertThat(run("peer", "show", "--nid", "127.0.0.66@tcp").out()).contains("errno: -2");
    assertThat(run("peer", "del", "--prim_nid", "127.0.0.66@tcp").out())
        .contains("del:", "- peer:", "errno: -2");
  }

  @Test
  void interfacesComeAndGoWhileTheNodeRuns() {
    assertThat(out("net", "add", "--net", "tcp1", "--if", "127.0.0.20")).isEmpty();
    assertThat(out("net", "show", "--net", "tcp1")).contains("127.0.0.20@tcp1", "status: up");
    assertThat(run("net", "add", "--net", "tcp1", "--if", "127.0.0.20").out())
        .contains("add:", "- net:", "errno: -22");
    assertThat(run("net", "add", "--net", "tcp1", "--if", "nosuch0").out())
        .contains("errno: -22", "nosuch0");
    assertThat(run("net", "add", "--net", "tcp1", "--if", "192.0.2.1").out())
        .contains("reaches other hosts");
    assertThat(out("net", "del", "--net", "tcp1", "--if", "127.0.0.20")).isEmpty();
    assertThat(run("net", "del", "--net", "tcp1").out()).contains("errno: -2");
  }

  @Test
  void bytesGoBetweenPortals() throws IOException {
    Path page = Files.writeString(temporary.resolve("page"), "hello from a file");
    Path saved = temporary.resolve("saved");
    try (ForkedJvm server =
        ForkedJvm.of(AtollCommand.class)
            .args(
                "lnet",
                "serve",
                "40",
                "0x17",
                page.toString(),
                "--size",
                "4k",
                "--count",
                "3",
                "-o",
                saved.toString(),
                "--dir",
                temporary.resolve("second").toString())
            .start()) {
      assertThat(server.expect("serving ")).isEqualTo("serving 40 0x17 4096");

      assertThat(out("lnet", "get", SECOND, "40", "0x17", "--length", "5")).isEqualTo("hello");
      Cli.Result put =
          at(
              "first",
              "world".getBytes(StandardCharsets.UTF_8),
              "lnet",
              "put",
              SECOND,
              "40",
              "23",
              "--offset",
              "1k",
              "--header-data",
              "0xff");
      assertThat(put.out()).isEqualTo("kept 5 of 5\n");
      assertThat(
              run("lnet", "get", SECOND, "40", "23", "--offset", "1k", "--length", "5", "--json")
                  .json())
          .containsEntry("base64", "d29ybGQ=");

      assertThat(server.awaitExit()).as(server.errors().toString()).isZero();
      List<String> lines =
          List.of(
              "serving 40 0x17 4096",
              "GET 12345-127.0.0.2@tcp bits 0x17 offset 0 length 5 of 5 data 0x0 status 0",
              "PUT 12345-127.0.0.2@tcp bits 0x17 offset 1024 length 5 of 5 data 0xff status 0",
              "GET 12345-127.0.0.2@tcp bits 0x17 offset 1024 length 5 of 5 data 0x0 status 0");
      Conditions.await(
          "it prints its events: " + server.output(),
          Duration.ofSeconds(20),
          () -> server.output().equals(lines));
    }
    assertThat(Files.readString(saved)).hasSize(4096).startsWith("hello from a file");
    assertThat(Files.readString(saved).substring(1024, 1029)).isEqualTo("world");
    // What was served went with its session, and LNet says nothing where nothing matches.
    Cli.Result gone = run("lnet", "get", SECOND, "40", "0x17", "--timeout", "300ms");
    assertThat(gone.code()).isEqualTo(ExitCode.FAILED);
    assertThat(gone.err()).contains("LNET_TIMED_OUT");
    assertThat(gone.out()).contains("- get:", "errno: -110");
    assertThat(at("second", new byte[0], "lnet", "stats").out()).containsPattern("no_match: [1-9]");
    assertThat(at("second", new byte[0], "stat").out())
        .containsPattern("lnet dropped no_match [1-9]");
    assertThat(at("second", new byte[0], "stat", "--json").json()).containsKey("lnet");
  }

  @Test
  void aCommandCanBeANodeOfItsOwn() {
    String[] own = {"--nid", "127.0.0.9@tcp", "--port", Integer.toString(port)};
    Cli.Result ping = Cli.run("ping", SECOND, own[0], own[1], own[2], own[3]);
    assertThat(ping.code()).as(ping.err()).isZero();
    assertThat(ping.out()).isEqualTo("12345-0@lo\n" + SECOND + "\n");
    assertThat(ping.err()).isEmpty();
    assertThat(Cli.run("net", "show", own[0], own[1], own[2], own[3]).out())
        .contains("nid: 127.0.0.9@tcp");

    Cli.Result taken = Cli.run("ping", SECOND, own[0], FIRST, own[2], own[3]);
    assertThat(taken.code()).isEqualTo(ExitCode.FAILED);
    assertThat(taken.err()).contains("LNET_ADDRESS_TAKEN");
    assertThat(run("ping", SECOND, "--nid", FIRST).code()).isEqualTo(ExitCode.USAGE);
    assertThat(run("ping", SECOND, "--identity", "plain").code()).isEqualTo(ExitCode.USAGE);
    assertThat(Cli.run("ping", SECOND, "--nid", "192.0.2.1@tcp").err())
        .contains("LNET_CONFIG", "trusted");
  }

  @Test
  void aNodeWithoutANetworkSaysSo() {
    Path place = temporary.resolve("bare");
    try (ForkedJvm bare =
        ForkedJvm.of(AtollCommand.class).args("node", "--dir", place.toString()).start()) {
      bare.expect("ready ");
      Cli.Result ping = at("bare", new byte[0], "ping", SECOND);
      assertThat(ping.code()).isEqualTo(ExitCode.FAILED);
      assertThat(ping.out()).contains("errno: -19");
      assertThat(ping.err()).contains("--config");
      assertThat(at("bare", new byte[0], "stat").code()).isZero();
      assertThat(at("bare", new byte[0], "stat", "--json").json()).doesNotContainKey("lnet");
      assertThat(at("bare", new byte[0], "stop").code()).isZero();
      assertThat(bare.awaitExit()).isZero();
    }
  }

  @Test
  void aNodeWithANetworkStopsAndItsAddressIsFreeAgain() throws IOException {
    for (int round = 0; round < 2; round++) {
      try (ForkedJvm third = node("third", "127.0.0.4")) {
        third.expect("ready ");
        // A ping is not tried again: one that meets the end of a connection to the node before
        // fails.
        Conditions.await(
            "a ping to be answered by start " + round,
            Duration.ofSeconds(20),
            () -> at("first", new byte[0], "ping", "127.0.0.4@tcp").code() == 0);
        assertThat(at("third", new byte[0], "stop").code()).isZero();
        assertThat(third.awaitExit()).as(third.errors().toString()).isZero();
      }
    }
  }

  @Test
  void aNetworkDoesNotKeepAnIdleNode() throws IOException {
    try (ForkedJvm idle = node("idle", "127.0.0.5", "--idle-exit", "200ms")) {
      idle.expect("ready ");
      assertThat(at("idle", new byte[0], "ping", SECOND).code()).isZero();
      assertThat(idle.awaitExit()).as(idle.errors().toString()).isZero();
    }
  }
}
