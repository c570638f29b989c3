/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.Node;
import dev.atoll.base.Clock;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import NODE:ID cp} and {@code watch} against a device in a process of its own. */
class CopyAndWatchTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int SIZE = 3 << 20;
  private static final int ID = 0x600000;

  @TempDir Path temporary;
  private Path directory;
  private ForkedJvm device;
  private Node node;
  private SharedMemory memory;
  private ExportSegment export;

  @BeforeEach
  void offerASegment() {
    directory = temporary.resolve("device");
    device = ForkedJvm.of(AtollCommand.class).args("node", "--dir", directory.toString()).start();
    device.expect("ready ");
    node = Node.attach(directory);
    memory = node.allocate(SIZE);
    export = node.controller("loopback").export(memory);
    assertThat(export.publish(ID)).isEqualTo(ID);
  }

  @AfterEach
  void stopAll() {
    export.close();
    memory.close();
    node.close();
    device.close();
  }

  private String[] line(String... more) {
    List<String> words =
        new ArrayList<>(List.of("import", "--dir", directory.toString(), "1:" + ID));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private Cli.Result use(String... more) {
    return Cli.run(line(more));
  }

  private ForkedJvm inBackground(String... more) {
    return ForkedJvm.of(AtollCommand.class).args(line(more)).start();
  }

  private byte[] fill() {
    byte[] content = new byte[SIZE];
    for (int i = 0; i < SIZE / 2; i++) {
      content[i] = (byte) (i * 31);
    }
    memory.segment().copyFrom(MemorySegment.ofArray(content));
    return content;
  }

  private List<Path> filesIn(Path place) throws IOException {
    try (Stream<Path> entries = Files.list(place)) {
      return entries.toList();
    }
  }

  @Test
  void copiesASegmentOutAndIn() throws IOException {
    byte[] content = fill();
    Path copy = temporary.resolve("copy");

    Cli.Result out = use("cp", copy.toString(), "--sparse");
    assertThat(out.code()).as(out.err()).isZero();
    assertThat(copy).hasBinaryContent(content);

    memory.segment().fill((byte) 7);
    Cli.Result in =
        use("cp", "--from", copy.toString(), "--offset", "4k", "--length", "100", "--signal");
    assertThat(in.code()).as(in.err()).isZero();
    byte[] now = memory.segment().toArray(ValueLayout.JAVA_BYTE);
    assertThat(now[4095]).isEqualTo((byte) 7);
    assertThat(now[4096 + 99]).isEqualTo(content[99]);
    assertThat(now[4096 + 100]).isEqualTo((byte) 7);
    Conditions.await("the signal", LONG, () -> export.signals().pending() == 1);
  }

  @Test
  void copiesThroughStandardStreams() {
    byte[] content = fill();
    assertThat(use("cp", "-", "--offset", "1", "--length", "5").bytes())
        .isEqualTo(java.util.Arrays.copyOfRange(content, 1, 6));
    Cli.Result in = Cli.runWith(new byte[] {9, 8, 7}, line("cp", "--from", "-", "--offset", "2"));
    assertThat(in.code()).as(in.err()).isZero();
    assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 4)).isEqualTo((byte) 7);
  }

  @Test
  void copiesInAllOfASourceThatTellsNoSize() throws IOException {
    memory.segment().fill((byte) 0);
    // A file of procfs has the size 0, as a pipe has.
    Path source = Path.of("/proc/self/cmdline");
    byte[] content = Files.readAllBytes(source);
    Cli.Result in = use("cp", "--from", source.toString());
    assertThat(in.code()).as(in.err()).isZero();
    assertThat(memory.segment().asSlice(0, content.length).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(content);
    assertThat(use("cp", "--from", source.toString(), "--length", "1").code()).isZero();
  }

  @Test
  void whoMayWriteAndNotReadCopiesInAllTheSame() {
    export.republish(Access.node(1, 0222));
    for (String[] words : new String[][] {{"cp", "--from", "-"}, {"put"}}) {
      memory.segment().fill((byte) 0);
      Cli.Result in = Cli.runWith(new byte[] {9, 8, 7}, line(words));
      assertThat(in.code()).as(in.err()).isZero();
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 7);
    }
    assertThat(use("get").err()).contains("RSMERR_PERM_DENIED");
  }

  @Test
  void aCopyThatWaitsForItsSourceEndsWhenItIsTold() {
    memory.segment().fill((byte) 0);
    try (ForkedJvm copy = inBackground("cp", "--from", "-")) {
      copy.send("x");
      Conditions.await(
          "the first byte", LONG, () -> memory.segment().get(ValueLayout.JAVA_BYTE, 0) == 'x');
      copy.signal("TERM");
      assertThat(copy.awaitExit()).isEqualTo(143);
    }
  }

  @Test
  void refusesWhatExistsAndWhatDoesNotFit() throws IOException {
    Path there = Files.writeString(temporary.resolve("there"), "mine");
    Cli.Result result = use("cp", there.toString());
    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).contains("EEXIST", "--force");
    assertThat(there).hasContent("mine");
    assertThat(use("cp", there.toString(), "--force", "--length", "3").code()).isZero();
    assertThat(there).hasSize(3);

    assertThat(use("cp", temporary.resolve("x").toString(), "--length", "4m").err())
        .contains("RSMERR_BAD_OFFSET");
    assertThat(temporary.resolve("x")).doesNotExist();
    Cli.Result longer = use("cp", "--from", there.toString(), "--length", "4");
    assertThat(longer.err()).contains("RSMERR_BAD_LENGTH");
    Cli.Result shorter = Cli.runWith(new byte[3], line("cp", "--from", "-", "--length", "4"));
    assertThat(shorter.code()).isEqualTo(ExitCode.FAILED);
    assertThat(shorter.err()).contains("3 of 4 bytes");
  }

  @Test
  void anInterruptedCopyLeavesNoHalfFile() throws IOException {
    Path target = Files.createDirectory(temporary.resolve("out")).resolve("copy");
    List<Path> during = new ArrayList<>();
    try (ImportSegment segment = node.controller("loopback").connect(1, ID, Permission.READ)) {
      var copy = new SegmentCopy(segment, new Progress(System.err, false, Clock.system(), SIZE));
      assertThatThrownBy(
              () -> {
                try (FileTarget file = FileTarget.begin(target, false, false)) {
                  copy.out(
                      0,
                      SIZE,
                      (at, bytes, used) -> {
                        file.write(at, bytes, used);
                        during.addAll(filesIn(target.getParent()));
                        Thread.currentThread().interrupt();
                      });
                  file.commit();
                }
              })
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(during).as("one piece was written, under another name").hasSize(1);
    assertThat(during.getFirst()).isNotEqualTo(target);
    assertThat(filesIn(target.getParent())).isEmpty();
  }

  @Test
  void aCopyWhoseExporterGoesLeavesNoHalfFile() throws IOException {
    export.close();
    Path target = Files.createDirectory(temporary.resolve("out")).resolve("copy");
    assertThat(use("cp", target.toString()).code()).isEqualTo(ExitCode.FAILED);
    assertThat(filesIn(target.getParent())).isEmpty();
  }

  @Test
  void tellsEachChangeOfARange() {
    memory.segment().fill((byte) 0);
    try (ForkedJvm watcher =
        inBackground(
            "watch", "--offset", "16", "--length", "32", "--count", "2", "--interval", "5ms")) {
      assertThat(watcher.expect("watching")).isEqualTo("watching 1:0x600000 16 32");
      memory.segment().set(ValueLayout.JAVA_BYTE, 15, (byte) 1);
      memory.segment().set(ValueLayout.JAVA_BYTE, 20, (byte) 0xab);
      Conditions.await("the first change", LONG, () -> watcher.output().size() >= 2);
      memory.segment().set(ValueLayout.JAVA_BYTE, 20, (byte) 0xcd);
      assertThat(watcher.awaitExit()).isZero();
      assertThat(watcher.output().get(1)).matches("\\S+Z 00000014 00 -> ab");
      assertThat(watcher.output().get(2)).matches("\\S+Z 00000014 ab -> cd");
    }
  }

  @Test
  void tellsSignalsOfTheExporterAndMissesNone() {
    try (ForkedJvm watcher = inBackground("watch", "--signals", "--count", "3", "--json")) {
      watcher.expect("{\"watching\"");
      for (int i = 0; i < 3; i++) {
        export.signals().post();
      }
      assertThat(watcher.awaitExit()).isZero();
      assertThat(watcher.output().getLast()).contains("\"signal\":3");
    }
  }

  @Test
  void saysWhenTheTimeIsOverBeforeEnoughWasSeen() {
    for (String[] what : new String[][] {{"--length", "8"}, {"--signals"}}) {
      List<String> words = new ArrayList<>(List.of("watch", "--timeout", "30ms", "--count", "1"));
      words.addAll(List.of(what));
      Cli.Result result = use(words.toArray(String[]::new));
      assertThat(result.code()).isEqualTo(ExitCode.FAILED);
      assertThat(result.err()).contains("RSMERR_TIMEOUT");
    }
    assertThat(use("watch", "--timeout", "30ms").code()).isZero();
  }

  @Test
  void endsWhenTheSegmentGoes() {
    try (ForkedJvm range = inBackground("watch", "--interval", "5ms");
        ForkedJvm signals = inBackground("watch", "--signals")) {
      range.expect("watching");
      signals.expect("watching");
      export.close();
      assertThat(range.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(signals.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(String.join("", range.errors())).contains("RSMERR_CONN_ABORTED");
      assertThat(String.join("", signals.errors())).contains("RSMERR_CONN_ABORTED");
    }
  }
}
