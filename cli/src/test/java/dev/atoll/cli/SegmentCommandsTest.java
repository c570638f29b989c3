/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that use a device, each against processes of their own. */
class SegmentCommandsTest {
  private static final int SIGTERM_EXIT = 143;
  private static final String NAME = "1:0x600000";

  @TempDir Path temporary;
  private String directory;
  private ForkedJvm device;

  @BeforeEach
  void startADevice() {
    directory = temporary.resolve("device").toString();
    device = ForkedJvm.of(AtollCommand.class).args("node", "--dir", directory).start();
    device.expect("ready ");
  }

  @AfterEach
  void stopTheDevice() {
    device.close();
  }

  private ForkedJvm export(String... more) {
    String[] args = {"export", "--dir", directory, "--id", "0x600000"};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return ForkedJvm.of(AtollCommand.class).args(all).start();
  }

  private Cli.Result use(byte[] input, String... more) {
    String[] args = {"import", "--dir", directory, NAME};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.runWith(input, all);
  }

  private Cli.Result use(String... more) {
    return use(new byte[0], more);
  }

  @Test
  void bytesGoFromOneProcessToAnother() throws IOException {
    Path file = temporary.resolve("data");
    try (ForkedJvm exporter = export(file.toString(), "--size", "2m", "--verbose")) {
      assertThat(exporter.expect("published")).isEqualTo("published " + NAME + " 2097152");

      assertThat(use("hello".getBytes(StandardCharsets.UTF_8), "put", "--offset", "4k", "--signal"))
          .satisfies(result -> assertThat(result.code()).as(result.err()).isZero());
      exporter.expect("signal");

      assertThat(use("get", "--offset", "4096", "--length", "5").out()).isEqualTo("hello");
      assertThat(use("get", "--length", "0").bytes()).isEmpty();
      assertThat(use("get").bytes()).hasSize(2 << 20);
      assertThat(use("get", "--offset", "4096", "--length", "5", "--json").json())
          .containsEntry("base64", "aGVsbG8=")
          .containsEntry("segment", NAME);
      assertThat(use("dump", "--offset", "4096", "--length", "48").out().lines())
          .containsExactly(
              "00001000  68 65 6c 6c 6f 00 00 00  00 00 00 00 00 00 00 00  |hello...........|",
              "00001010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
              "*",
              "00001030");
      assertThat(use("dump", "--offset", "4096", "--length", "2", "--json").json())
          .containsEntry("hex", "6865");
    }
    assertThat(Files.readString(file).substring(4096, 4101)).isEqualTo("hello");
  }

  @Test
  void filesGoInAndOut() throws IOException {
    byte[] content = new byte[3 << 20];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    Path from = Files.write(temporary.resolve("from"), content);
    Path to = temporary.resolve("to");
    try (ForkedJvm exporter = export("--size", "4m")) {
      exporter.expect("published");
      assertThat(use("put", from.toString(), "--offset", "1").code()).isZero();
      Cli.Result got = use("get", "--offset", "1", "--length", "0x300000", "-o", to.toString());
      assertThat(got.code()).as(got.err()).isZero();
      assertThat(to).hasBinaryContent(content);
      assertThat(use("get", "-o", temporary.resolve("no/where").toString()).code())
          .isEqualTo(ExitCode.INPUT_OUTPUT);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbers() throws IOException {
    Path big = Files.write(temporary.resolve("big"), new byte[5000]);
    try (ForkedJvm exporter = export("--size", "4k")) {
      exporter.expect("published");
      for (Cli.Result result :
          new Cli.Result[] {
            use("put", big.toString()),
            use(new byte[5000], "put"),
            use("get", "--offset", "4096", "--length", "1"),
            use("dump", "--length", "4097")
          }) {
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("RSMERR_BAD_OFFSET", "4096");
      }
      assertThat(use("get").bytes()).as("nothing was written").containsOnly(0);
    }
  }

  @Test
  void aRightThatIsNotGivenIsRefusedByName() {
    try (ForkedJvm exporter = export("--size", "4k", "--mode", "0444")) {
      exporter.expect("published");
      Cli.Result refused = use(new byte[1], "put");
      // Root may do anything but what the access list denies to its own user.
      assertThat(refused.code()).isEqualTo(ExitCode.PERMISSION);
      assertThat(refused.err()).contains("RSMERR_PERM_DENIED", "--mode");
      assertThat(use("get", "--length", "1").code()).isZero();
    }
  }

  @Test
  void anAccessListNamesThisNodeOnce() {
    try (ForkedJvm exporter = export("--size", "4k", "--acl", "1:0400")) {
      exporter.expect("published");
      assertThat(use("get", "--length", "1").code()).isZero();
      assertThat(use(new byte[1], "put").err()).contains("RSMERR_PERM_DENIED");
    }
    for (String wrong : new String[] {"2:0600", "1:0600,1:0600"}) {
      try (ForkedJvm exporter = export("--size", "4k", "--acl", wrong)) {
        assertThat(exporter.awaitExit()).isEqualTo(ExitCode.FAILED);
        assertThat(String.join("", exporter.errors())).contains("RSMERR_BAD_ACL", "loopback");
      }
    }
  }

  @Test
  void aSegmentThatIsNotThereIsNamed() {
    Cli.Result result = use("get");
    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).contains("RSMERR_SEG_NOT_PUBLISHED");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void aFileThatIsNotWholePagesIsRefusedWithTheCommandThatPadsIt() throws IOException {
    Path file = Files.write(temporary.resolve("odd"), new byte[100]);
    try (ForkedJvm exporter = export(file.toString())) {
      assertThat(exporter.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(String.join("\n", exporter.errors()))
          .contains("ATOLL_NOT_WHOLE_PAGES", "truncate -s %4096 " + file);
    }
    assertThat(file).hasSize(100);
  }

  @Test
  void anExporterThatIsToldToStopWithdrawsItsSegment() {
    try (ForkedJvm exporter = export("--size", "4k")) {
      exporter.expect("published");
      assertThat(stat().get("published")).isEqualTo(1);
      exporter.signal("TERM");
      assertThat(exporter.awaitExit()).isEqualTo(SIGTERM_EXIT);
      assertThat(exporter.errors()).isEmpty();
    }
    Conditions.await(
        "the segment gone", Duration.ofSeconds(20), () -> stat().get("published").equals(0));
    assertThat(use("get").code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void anExporterSaysThatItsDeviceHasGone() {
    try (ForkedJvm exporter = export("--size", "4k")) {
      exporter.expect("published");
      device.kill9();
      assertThat(exporter.awaitExit()).isEqualTo(ExitCode.NO_DEVICE);
      assertThat(String.join("\n", exporter.errors())).contains("the device has gone");
    }
  }

  @Test
  void aDeviceThatIsToldToStopTakesItsSocketAway() {
    device.signal("TERM");
    assertThat(device.awaitExit()).isEqualTo(SIGTERM_EXIT);
    assertThat(temporary.resolve("device/device.sock")).doesNotExist();
    assertThat(device.errors()).isEmpty();
  }

  @Test
  void aSecondDeviceInTheSameDirectoryIsRefused() {
    try (ForkedJvm second =
        ForkedJvm.of(AtollCommand.class).args("node", "--dir", directory).start()) {
      assertThat(second.awaitExit()).isEqualTo(ExitCode.PERMISSION);
      assertThat(String.join("\n", second.errors())).contains("Another device already listens");
    }
  }

  private java.util.Map<String, Object> stat() {
    Cli.Result result = Cli.run("stat", "--dir", directory, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    return result.json();
  }
}
