/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTargetTest {
  @TempDir Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void isThereOnlyOnceItIsWhole() throws IOException {
    Path place = directory.resolve("new");
    try (FileTarget target = FileTarget.begin(place, false, false)) {
      target.write(0, new byte[] {1, 2, 3}, 2);
      assertThat(place).doesNotExist();
      target.commit();
    }
    assertThat(place).hasBinaryContent(new byte[] {1, 2});
    assertThat(names()).containsExactly("new");
  }

  @Test
  void leavesNothingIfItIsGivenUp() throws IOException {
    Path place = Files.writeString(directory.resolve("old"), "old");
    try (FileTarget target = FileTarget.begin(place, true, false)) {
      target.write(0, new byte[100], 100);
    }
    assertThat(place).hasContent("old");
    assertThat(names()).containsExactly("old");
  }

  @Test
  void replacesOnlyIfTold() throws IOException {
    Path place = Files.writeString(directory.resolve("old"), "old");
    assertThatThrownBy(() -> FileTarget.begin(place, false, false).close())
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--force");
    try (FileTarget target = FileTarget.begin(place, true, false)) {
      target.write(0, "new".getBytes(java.nio.charset.StandardCharsets.UTF_8), 3);
      target.commit();
    }
    assertThat(place).hasContent("new");
  }

  @Test
  void doesNotReplaceAFileThatAppearsMeanwhile() throws IOException {
    Path place = directory.resolve("contested");
    try (FileTarget target = FileTarget.begin(place, false, false)) {
      Files.writeString(place, "theirs");
      assertThatThrownBy(target::commit)
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("meanwhile");
    }
    assertThat(place).hasContent("theirs");
    assertThat(names()).containsExactly("contested");
  }

  @Test
  void replacesWhatALinkNamesAndKeepsTheLink() throws IOException {
    Path place = Files.writeString(directory.resolve("real"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), place);
    try (FileTarget target = FileTarget.begin(link, true, false)) {
      target.write(0, new byte[] {'n'}, 1);
      target.commit();
    }
    assertThat(link).isSymbolicLink();
    assertThat(place).hasContent("n");
  }

  @Test
  void refusesWhatIsNoFileAlsoWithForce() {
    for (Path place : List.of(directory, Path.of("/dev/null"), Path.of("/"))) {
      assertThatThrownBy(() -> FileTarget.begin(place, true, false).close())
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("no regular file");
    }
  }

  @Test
  void makesHolesOfZeros() throws IOException {
    byte[] bytes = new byte[1 << 20];
    bytes[5000] = 1;
    Path sparse = directory.resolve("sparse");
    Path full = directory.resolve("full");
    for (boolean isSparse : new boolean[] {true, false}) {
      try (FileTarget target = FileTarget.begin(isSparse ? sparse : full, false, isSparse)) {
        target.write(0, bytes, bytes.length);
        target.write(bytes.length, new byte[100], 100);
        target.commit();
      }
    }
    assertThat(sparse).hasSameBinaryContentAs(full).hasSize((1 << 20) + 100);
    Posix posix = Posix.system();
    assertThat(posix.statx(sparse, true).allocatedBytes())
        .isLessThan(posix.statx(full, true).allocatedBytes() / 2);
  }

  @Test
  void anEmptyCopyIsAnEmptyFile() throws IOException {
    Path place = directory.resolve("empty");
    try (FileTarget target = FileTarget.begin(place, false, true)) {
      target.commit();
    }
    assertThat(place).isEmptyFile();
  }
}
