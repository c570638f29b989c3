/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
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

  /** vfat, exfat and file systems in user space answer link(2) with EPERM or ENOSYS. */
  private static FileTarget beginWithoutLinks(Path place) throws IOException {
    return FileTarget.begin(
        place,
        false,
        false,
        (name, existing) -> {
          throw new FileSystemException(
              name.toString(), existing.toString(), "Operation not permitted");
        });
  }

  @Test
  void getsItsNameWhereTheFileSystemHasNoLinks() throws IOException {
    Path place = directory.resolve("new");
    try (FileTarget target = beginWithoutLinks(place)) {
      target.write(0, new byte[] {1, 2}, 2);
      target.commit();
    }
    assertThat(place).hasBinaryContent(new byte[] {1, 2});
    assertThat(names()).containsExactly("new");
  }

  @Test
  void withoutLinksItReplacesNothingEither() throws IOException {
    Path place = directory.resolve("contested");
    try (FileTarget target = beginWithoutLinks(place)) {
      Files.writeString(place, "theirs");
      assertThatThrownBy(target::commit)
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("meanwhile");
    }
    assertThat(place).hasContent("theirs");
    assertThat(names()).containsExactly("contested");
  }

  @Test
  void whatReplacesAFileIsNeverMoreOpenThanThatWas() throws IOException {
    for (String rights : List.of("rw-------", "rw-r-----", "r--r--r--", "rwxrwxrwx")) {
      Path place = Files.writeString(directory.resolve("old"), "old");
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(rights));
      try (FileTarget target = FileTarget.begin(place, true, false)) {
        assertThat(names()).hasSize(2);
        for (String name : names()) {
          assertThat(rightsOf(directory.resolve(name))).isEqualTo(rights);
        }
        target.write(0, new byte[] {'n'}, 1);
        target.commit();
      }
      assertThat(place).hasContent("n");
      assertThat(rightsOf(place)).isEqualTo(rights);
      Files.delete(place);
    }
  }

  @Test
  void whatReplacesAFileBelongsToItsOwner() throws IOException {
    Assumptions.assumeTrue(Posix.system().statx(directory, true).uid() == 0, "only root may");
    Path place = Files.writeString(directory.resolve("old"), "old");
    Files.setAttribute(place, "unix:uid", 12_345);
    Files.setAttribute(place, "unix:gid", 12_346);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-r-----"));
    try (FileTarget target = FileTarget.begin(place, true, false)) {
      target.commit();
    }
    assertThat(Files.getAttribute(place, "unix:uid")).isEqualTo(12_345);
    assertThat(Files.getAttribute(place, "unix:gid")).isEqualTo(12_346);
    assertThat(rightsOf(place)).isEqualTo("rw-r-----");
  }

  @Test
  void aNewFileIsAsOpenAsAnyNewFile() throws IOException {
    Path usual = Files.createFile(directory.resolve("usual"));
    for (boolean isReplacing : new boolean[] {true, false}) {
      Path place = directory.resolve("new-" + isReplacing);
      try (FileTarget target = FileTarget.begin(place, isReplacing, false)) {
        target.commit();
      }
      assertThat(rightsOf(place)).isEqualTo(rightsOf(usual));
    }
  }

  @Test
  void aNameMayBeAsLongAsNamesCanBe() throws IOException {
    Path place = directory.resolve("n".repeat(255));
    try (FileTarget target = FileTarget.begin(place, false, false)) {
      target.commit();
    }
    assertThat(place).isEmptyFile();
  }

  @Test
  void copiesToOneDirectoryDoNotMeet() throws IOException {
    try (FileTarget one = FileTarget.begin(directory.resolve("one"), false, false);
        FileTarget two = FileTarget.begin(directory.resolve("two"), false, false)) {
      one.commit();
      two.commit();
    }
    assertThat(names()).containsExactly("one", "two");
  }

  private static String rightsOf(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
