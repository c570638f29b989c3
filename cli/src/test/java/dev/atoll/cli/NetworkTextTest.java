/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.DaemonNetwork;
import dev.atoll.link.Report;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read and written of a network, without one: samples of the tools of LNet, and faults. */
@Timeout(60)
class NetworkTextTest {
  @TempDir Path temporary;

  private static NetworkPart read(String text) {
    return YamlFile.read(
        "x",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        NetworkPartReader::read);
  }

  private NodeConfig config(String text) throws IOException {
    return NodeConfig.read(Files.writeString(temporary.resolve("atoll.yaml"), text));
  }

  private static void assertRefused(String text, int line, String... words) {
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageStartingWith("x:" + line + ": ")
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lnetctl-export.yaml", "lnetctl-backup.yaml", "lnetctl-net-show-v.yaml"})
  void readsWhatLnetctlExports(String name) {
    NetworkPart part = read(Samples.text(name));

    assertThat(part.nets())
        .singleElement()
        .satisfies(net -> {
          assertThat(net.network()).isEqualTo("tcp");
          assertThat(net.locals())
              .singleElement()
              .satisfies(local ->
                  assertThat(local.tunables())
                      .containsEntry("peer_credits", 8L)
                      .containsEntry("credits", 256L));
        });
    assertThat(part.globals().getOrDefault("transaction_timeout", 150L)).isEqualTo(150L);
  }

  @Test
  void readsThePeersAndRoutesOfASample() {
    NetworkPart part =
        read(Samples.text("lnetctl-peer-show.yaml") + Samples.text("lnetctl-route-show.yaml"));

    assertThat(part.peers()).hasSize(4);
    assertThat(part.peers().getFirst())
        .isEqualTo(new NetworkPart.Peer("10.77.0.13@tcp", List.of("10.77.0.13@tcp1"), true));
    assertThat(part.peers().get(1).isMultiRail()).isFalse();
    assertThat(part.routes())
        .containsExactly(
            new NetworkPart.Route("tcp1", "10.77.0.13@tcp", -1, 0),
            new NetworkPart.Route("tcp9", "10.77.0.13@tcp", 1, 0));
  }

  @Test
  void takesAddressesNamesAndNidsForInterfaces() {
    NetworkPart part =
        read(
            """
            net:
                - net type: tcp0
                  local NI(s):
                    - interfaces: {1: eth1, 0: eth0}
                    - nid: fd77::11@tcp
                      tunables: {peer_credits: 9}
                - net type: tcp1
                  local NI(s):
                    - interfaces:
                          0: 127.0.0.2
            """);

    assertThat(part.nets())
        .containsExactly(
            new NetworkPart.Net(
                "tcp",
                List.of(
                    new NetworkPart.Local(List.of("eth0", "eth1"), Map.of()),
                    new NetworkPart.Local(
                        List.of("fd77:0:0:0:0:0:0:11"), Map.of("peer_credits", 9L)))),
            new NetworkPart.Net(
                "tcp1", List.of(new NetworkPart.Local(List.of("127.0.0.2"), Map.of()))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          net: {net type: tcp}                                                | must be a list
          net: [{net type: tcq, local NI(s): []}]                             | tcq
          net: [{local NI(s): []}]                                            | 'net type' is missing
          net: [{net type: tcp}]                                              | no 'local NI(s)'
          net: [{net type: tcp, local NI(s): [{CPT: 0}]}]                     | needs interfaces
          net: [{net type: tcp, local NI(s): [{interfaces: {}}]}]             | is empty
          net: [{net type: tcp, local NI(s): [{interfaces: {a: eth0}}]}]      | unknown key 'a'
          net: [{net type: tcp, local NI(s): [{nid: 10.0.0.1@tcp1}]}]         | another network
          net: [{net type: tcp, nics: 1, local NI(s): []}]                    | unknown key 'nics'
          net: [{net type: tcp, local NI(s): [{nid: 10.0.0.1, tunables: {credits: 0}}]}] | 1 to 65535
          net: [{net type: tcp, local NI(s): [{nid: 10.0.0.1, lnd tunables: {conns_per_peer: 4}}]}] | can only be 1
          peer: [{primary nid: nobody@nowhere}]                               | nowhere
          peer: [{primary nid: 10.0.0.1@tcp, Multi-Rail: perhaps}]            | true or false
          peer: [{peer ni: []}]                                               | 'primary nid' is missing
          route: [{net: tcp9, gateway: 10.0.0.1@tcp, hop: 256}]               | -1 to 255
          route: [{net: tcp9}]                                                | 'gateway' is missing
          global: {discovery: 2}                                              | 0 to 1
          global: {numa_range: 3}                                             | can only be 0
          global: {colour: 3}                                                 | unknown key 'colour'
          device: {}                                                          | unknown key 'device'
          """)
  void refusesWhatCouldBeMeantOtherwise(String text, String words) {
    assertRefused(text, 1, words);
  }

  @Test
  void aFileMakesTheNodesNetwork() throws IOException {
    NodeConfig config =
        config(
            """
            device:
              directory: here
            net:
                - net type: tcp
                  local NI(s):
                    - interfaces:
                          0: 127.0.0.2
                      tunables:
                          peer_credits: 16
                          credits: 99
                - net type: tcp1
                  local NI(s):
                    - interfaces:
                          0: lo
            peer:
                - primary nid: 127.0.0.3@tcp
                  Multi-Rail: True
                  peer ni:
                    - nid: 127.0.0.3@tcp
                    - nid: 127.0.0.3@tcp1
            route:
                - net: tcp9
                  gateway: 127.0.0.4@tcp
                  hop: 2
                  priority: 1
            global:
                discovery: 0
                retry_count: 1
                transaction_timeout: 10
                lnd_timeout: 4
            security:
              identity: lustre
              trusted-network: true
            lnet:
              port: 1988
            """);

    DaemonNetwork network = config.network();
    assertThat(network).isNotNull();
    LnetConfig lnet = network.config();
    assertThat(lnet.interfaces())
        .containsExactly(Nid.parse("127.0.0.2@tcp"), Nid.parse("127.0.0.1@tcp1"));
    assertThat(lnet.mode()).isEqualTo(IdentityMode.LUSTRE);
    assertThat(lnet.port()).isEqualTo(1988);
    assertThat(lnet.isNetworkTrusted()).isTrue();
    assertThat(lnet.routes())
        .containsExactly(
            new LnetConfig.Route(Network.parse("tcp9"), Nid.parse("127.0.0.4@tcp"), 2, 1));
    assertThat(lnet.settings().isDiscovering()).isFalse();
    assertThat(lnet.settings().retryCount()).isEqualTo(1);
    assertThat(lnet.settings().transactionTimeoutNanos())
        .isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(lnet.settings().lndTimeoutNanos()).isEqualTo(Duration.ofSeconds(4).toNanos());
    assertThat(lnet.settings().peerCredits()).isEqualTo(16);
    assertThat(lnet.settings().interfaceCredits()).isEqualTo(99);
    assertThat(network.words()).containsEntry(Nid.parse("127.0.0.1@tcp1"), "lo");
    assertThat(network.peers())
        .containsEntry(Nid.parse("127.0.0.3@tcp"), List.of(Nid.parse("127.0.0.3@tcp1")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          security: {identity: lustre}                    | there is no 'net'
          lnet: {port: 1988}                              | there is no 'net'
          net: [%]@security: {identity: tls}              | not plain or lustre
          net: [%]@security: {trusted-network: maybe}     | true or false
          net: [%]@lnet: {port: 0}                        | 1 to 65535
          net: [%]@lnet: {speed: 9}                       | unknown key 'speed'
          net: [%, %]                                     | stands twice
          net: [{net type: tcp, local NI(s): [{nid: 192.0.2.1}]}]     | trusted-network: true
          net: [%]@global: {lnd_timeout: 200}             | lndTimeout
          """)
  void aNodeIsRefusedANetworkThatIsNone(String text, String words) throws IOException {
    Path file = temporary.resolve("atoll.yaml");
    Files.writeString(
        file,
        text.replace('@', '\n')
            .replace("%", "{net type: tcp, local NI(s): [{interfaces: {0: 127.0.0.2}}]}"));
    assertThatThrownBy(() -> NodeConfig.read(file))
        .as(text)
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(words);
  }

  @Test
  void takesTheExampleOfThePage() {
    NodeConfig config =
        NodeConfig.read(Path.of(System.getProperty("atoll.root"), "docs/examples/atoll-net.yaml"));

    assertThat(config.network()).isNotNull();
    assertThat(config.network().config().interfaces()).containsExactly(Nid.parse("127.0.0.2@tcp"));
    assertThat(config.network().config().mode()).isEqualTo(IdentityMode.PLAIN);
  }

  @Test
  void aFileWithoutANetHasNoNetwork() throws IOException {
    assertThat(config("device: {directory: here}\n").network()).isNull();
  }

  @Test
  void writesBothStylesOfLnetctl() {
    Report.Fields report =
        Report.fields()
            .rows(
                "net",
                List.of(
                    Report.fields()
                        .text("net type", "tcp")
                        .rows(
                            "local NI(s)",
                            List.of(
                                Report.fields()
                                    .text("nid", "10.77.0.11@tcp")
                                    .put("interfaces", Report.fields().text("0", "eth0").build())
                                    .text("CPT", "[0]")
                                    .build()))
                        .build()))
            .put("global", Report.fields().number("numa_range", 0).build())
            .build();

    assertThat(ReportYaml.wide(report))
        .containsExactly(
            "net:",
            "-     net type: tcp",
            "      local NI(s):",
            "      -     nid: 10.77.0.11@tcp",
            "            interfaces:",
            "                  0: eth0",
            "            CPT: \"[0]\"",
            "global:",
            "    numa_range: 0");
    assertThat(
            ReportYaml.compact(
                Report.fields()
                    .rows(
                        "manage",
                        List.of(
                            Report.fields()
                                .put("ping", new Report.Nothing())
                                .number("errno", -113)
                                .text("descr", "failed to ping 10.77.0.99@tcp: No route to host")
                                .build()))
                    .build()))
        .containsExactly(
            "manage:",
            "- ping:",
            "  errno: -113",
            "  descr: ! 'failed to ping 10.77.0.99@tcp: No route to host'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "true",
        "No",
        "12",
        "-1",
        "0x1f",
        "1e3",
        "~",
        "a: b",
        "a #b",
        "- a",
        "[0]",
        "*a",
        "&a",
        "!a",
        "a:",
        " a",
        "a ",
        "a\nb",
        "\u001b[2J",
        "it's",
        "\"q\"",
        "back\\slash",
        "@x",
        "%x",
        "fd77::11@tcp",
        "10.0.0.1",
        "eth0",
        "0@lo",
        "tcp1",
        "a, b",
        "{}",
        "?",
        "12345-0@lo"
      })
  void whateverIsWrittenIsReadAsTheSameText(String text) {
    // What a terminal must not see is written as an escape; all else must come back as it was.
    List<String> lines = ReportYaml.wide(Report.fields().text("interfaces", text).build());

    String read =
        YamlFile.read(
            "x",
            new ByteArrayInputStream(
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)),
            tree ->
                YamlMap.of("top", tree.orElseThrow(), java.util.Set.of("interfaces"))
                    .text("interfaces")
                    .orElseThrow());

    assertThat(read).isEqualTo(text);
    assertThat(String.join("", lines)).doesNotContain("\u001b", "\n");
  }

  @Test
  void readsNumbersOf64Bits() throws Exception {
    var bits = new NetworkText.Bits();
    assertThat(bits.convert("0x8000000000000000")).isEqualTo(Long.MIN_VALUE);
    assertThat(bits.convert("18446744073709551615")).isEqualTo(-1);
    assertThat(bits.convert("-1")).isEqualTo(-1);
    assertThat(bits.convert("23")).isEqualTo(23);
    for (String bad : List.of("", "0x", "x", "0x10000000000000000", "1.5")) {
      assertThatThrownBy(() -> bits.convert(bad)).as(bad).hasMessageContaining("64 bits");
    }
  }
}
