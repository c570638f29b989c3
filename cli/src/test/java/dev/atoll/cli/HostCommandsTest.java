/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.Node;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ls}, {@code stat}, {@code clean} and {@code stop}, with a device, a dead one and none. */
class HostCommandsTest {
  @TempDir Path temporary;

  private Path directory() {
    return temporary.resolve("device");
  }

  private ForkedJvm device() {
    ForkedJvm device =
        ForkedJvm.of(AtollCommand.class).args("node", "--dir", directory().toString()).start();
    device.expect("ready ");
    return device;
  }

  private Cli.Result run(String... words) {
    String[] all = java.util.Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--dir";
    all[words.length + 1] = directory().toString();
    return Cli.run(all);
  }

  private Map<String, Object> json(String... words) {
    String[] all = java.util.Arrays.copyOf(words, words.length + 1);
    all[words.length] = "--json";
    Cli.Result result = run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return result.json();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Map<String, Object> json, String name) {
    return (List<Map<String, Object>>) json.get(name);
  }

  @Test
  void listsAndCountsWhatTheDeviceHolds() {
    try (ForkedJvm device = device();
        Node node = Node.attach(directory());
        SharedMemory memory = node.allocate(8192);
        ExportSegment export = node.controller("loopback").export(memory)) {
      assertThat(export.publish(0x600000, Access.node(1, 0660))).isEqualTo(0x600000);
      try (ImportSegment imported =
          node.controller("loopback").connect(1, 0x600000, Permission.READ)) {
        Map<String, Object> listing = json("ls");
        assertThat(listing).containsEntry("hasDevice", true).containsEntry("isCut", false);
        assertThat(rows(listing, "exports"))
            .singleElement()
            .satisfies(row ->
                assertThat(row)
                    .containsEntry("segment", "1:0x600000")
                    .containsEntry("sizeBytes", 8192)
                    .containsEntry("kind", "VOLATILE")
                    .containsEntry("state", "PUBLISHED")
                    .containsEntry("uid", Posix.system().effectiveUid())
                    .containsEntry("acl", "1:0660")
                    .containsEntry("importers", 1));
        assertThat(rows(listing, "imports"))
            .singleElement()
            .satisfies(row ->
                assertThat(row)
                    .containsEntry("segment", "1:0x600000")
                    .containsEntry("state", "CONNECTED")
                    .containsEntry("exporter", 1));
        // The program itself and the command, which runs inside it here.
        assertThat(rows(listing, "sessions"))
            .hasSize(2)
            .allSatisfy(row ->
                assertThat(row)
                    .containsEntry("pid", (int) ProcessHandle.current().pid())
                    .extractingByKey("program")
                    .asString()
                    .startsWith("java"));
        assertThat(run("ls").out()).contains("sessions 2", "1:0x600000", "0660", "CONNECTED");

        Map<String, Object> stat = json("stat");
        assertThat(rows(stat, "users"))
            .singleElement()
            .satisfies(row ->
                assertThat(row)
                    .containsEntry("sessions", 2)
                    .containsEntry("exports", 1)
                    .containsEntry("imports", 1)
                    .containsEntry("descriptors", 9)
                    .containsEntry("exportedBytes", 8192));
        assertThat(run("stat").out()).contains("UID", "sessions     2");
        assertThat(imported.isConnected()).isTrue();
      }
      assertThat(device.isAlive()).isTrue();
    }
  }

  @Test
  void listsPlacesWithoutADevice() throws IOException {
    Map<String, Object> none = json("ls");
    assertThat(none).containsEntry("hasDevice", false);
    assertThat(rows(none, "places"))
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("state", "MISSING"));

    try (ForkedJvm device = device()) {
      assertThat(rows(json("ls", "--places"), "places").getFirst())
          .containsEntry("state", "RUNNING");
      device.kill9();
    }
    Files.writeString(directory().resolve("evil\u001b\nname"), "");
    assertThat(rows(json("ls"), "places").getFirst()).containsEntry("state", "STALE");
    Cli.Result text = run("ls");
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("no device", "a dead device left its socket", "evil\\u001b\\nname")
        .doesNotContain("\u001b");
  }

  @Test
  void aDeviceStopsWhenItIsAskedTo() {
    try (ForkedJvm device = device()) {
      Cli.Result stopped = run("stop");
      assertThat(stopped.code()).as(stopped.err()).isZero();
      assertThat(stopped.out()).startsWith("stopped ");
      assertThat(device.awaitExit()).isZero();
      assertThat(device.errors()).isEmpty();
      assertThat(new DeviceDirectory(directory()).socket()).doesNotExist();
      assertThat(run("stop").code()).isEqualTo(ExitCode.NO_DEVICE);
    }
  }

  @Test
  void cleanRemovesWhatADeadDeviceLeftAndOnlyThat() throws IOException {
    try (ForkedJvm device = device()) {
      device.kill9();
    }
    Path socket = new DeviceDirectory(directory()).socket();
    Path log = Files.writeString(directory().resolve("device.log.1"), "old");
    Path partial = Files.writeString(directory().resolve("device.ids.next"), "");
    Path before = Files.writeString(directory().resolve("device.log.old"), "older");
    List<Path> strange =
        List.of(
            Files.writeString(directory().resolve("server.log"), "of a program that lives"),
            Files.writeString(directory().resolve("x.tmp"), "half a download"));
    Path foreign = Files.writeString(directory().resolve("notes.txt"), "keep me");
    Path linked = Files.createSymbolicLink(directory().resolve("device.log"), foreign);

    Cli.Result shown = run("clean");
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("would remove " + socket, "would remove " + log, "--yes");
    assertThat(socket).exists();

    assertThat(json("clean", "--yes").get("found"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(String.class))
        .containsExactlyInAnyOrder(
            socket.toString(), log.toString(), partial.toString(), before.toString());
    assertThat(socket).doesNotExist();
    assertThat(log).doesNotExist();
    assertThat(foreign).exists();
    assertThat(strange).allSatisfy(each -> assertThat(each).exists());
    assertThat(linked).isSymbolicLink();
    assertThat(new DeviceDirectory(directory()).lock()).exists();
    assertThat(run("clean").out()).isEqualTo("nothing to remove\n");
  }

  @Test
  void cleanDoesNotTouchALivingDeviceAlsoWhenItsLockFileIsGone() throws IOException {
    var place = new DeviceDirectory(directory());
    try (ForkedJvm device = device()) {
      Path log = Files.writeString(directory().resolve("device.log"), "mine");
      for (int i = 0; i < 2; i++) {
        Cli.Result result = run("clean", "--yes");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("a device runs there");
        assertThat(place.socket()).exists();
        assertThat(log).exists();
        Files.deleteIfExists(place.lock());
      }
      assertThat(device.isAlive()).isTrue();
    }
  }

  @Test
  void cleanLeavesAHeldLockAloneAlsoWhileNobodyListens() throws IOException {
    Files.createDirectory(
        directory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path log = Files.writeString(directory().resolve("device.log"), "mine");
    Posix posix = Posix.system();
    try (var lock =
        posix.open(
            new DeviceDirectory(directory()).lock(),
            dev.atoll.posix.FileCalls.O_RDWR | dev.atoll.posix.FileCalls.O_CREAT,
            0600)) {
      assertThat(posix.tryLock(lock)).isTrue();
      assertThat(run("clean", "--yes").out()).contains("a device runs there");
      assertThat(log).exists();
    }
    assertThat(run("clean", "--yes").out()).contains("removed " + log);
  }

  @Test
  void cleanRefusesADirectoryThatOthersCanWriteTo() throws IOException {
    Files.createDirectory(directory());
    Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
    Path log = Files.writeString(directory().resolve("device.log"), "");
    assertThat(run("clean", "--yes").out()).contains("can be written by others");
    assertThat(log).exists();
  }
}
