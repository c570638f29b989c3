/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports that a configuration file names, in a node that runs as a process of its own. */
@Timeout(120)
class NodeExportsTest {
  private static final String KEPT = "1:0x600000";
  private static final String FRESH = "1:0x600001";

  @TempDir Path temporary;
  private Path config;

  @BeforeEach
  void writeTheFile() throws IOException {
    config =
        Files.writeString(
            temporary.resolve("atoll.yaml"),
            """
            device:
              directory: device
            export:
              - name: kept
                file: kept.pm
                size: 64k
                id: 0x600000
                mode: "600"
              - name: fresh
                size: 8k
                id: 0x600001
                access:
                  - node: 1
                    mode: "400"
            """);
  }

  private ForkedJvm node() {
    return ForkedJvm.of(AtollCommand.class).args("node", "--config", config.toString()).start();
  }

  private Cli.Result use(String name, byte[] input, String... more) {
    String[] args = new String[more.length + 4];
    args[0] = "import";
    args[1] = "--dir";
    args[2] = temporary.resolve("device").toString();
    args[3] = name;
    System.arraycopy(more, 0, args, 4, more.length);
    return Cli.runWith(input, args);
  }

  private String get(String name) {
    Cli.Result result = use(name, new byte[0], "get", "--offset", "4096", "--length", "5");
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  @Test
  void exportsOfTheFileAreThereWhenTheNodeIsReadyAndKeepTheirContent() {
    byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
    try (ForkedJvm node = node()) {
      node.expect("ready ");
      assertThat(node.output())
          .containsSubsequence(
              "published " + KEPT + " 65536 kept", "published " + FRESH + " 8192 fresh");
      Cli.Result put = use(KEPT, hello, "put", "--offset", "4096");
      assertThat(put.code()).as(put.err()).isZero();
      assertThat(get(KEPT)).isEqualTo("hello");
      assertThat(get(FRESH)).isEqualTo("\0\0\0\0\0");
      assertThat(use(FRESH, hello, "put", "--offset", "4096").code()).isNotZero();
      node.kill9();
    }
    try (ForkedJvm node = node()) {
      node.expect("ready ");
      assertThat(get(KEPT)).isEqualTo("hello");
      assertThat(get(FRESH)).isEqualTo("\0\0\0\0\0");
    }
  }

  @Test
  void aNodeWhoseExportsCanNotComeUpEndsAndSaysWhy() throws IOException {
    Files.createDirectory(temporary.resolve("kept.pm"));
    try (ForkedJvm node = node()) {
      assertThat(node.awaitExit()).isNotZero();
      assertThat(String.join("\n", node.errors())).contains("kept");
      assertThat(node.output()).noneMatch(line -> line.startsWith("ready"));
    }
  }
}
